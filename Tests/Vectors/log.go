// Makes the files of Tests/Vectors/log with Go's reference implementation (golang.org/x/mod/sumdb/tlog and note), and
// verifies a log that Tarn exported.
//
//	go run Tests/Vectors/log.go make DIRECTORY
//	go run Tests/Vectors/log.go verify LOG VKEY
//
// On Debian: apt-get install golang-go golang-golang-x-mod-dev; GO111MODULE=off GOPATH=/usr/share/gocode.
package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const origin = "log.example/ledger"

type hashes []tlog.Hash

func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		found[i] = h[index]
	}
	return found, nil
}

func tree(leaves [][]byte) hashes {
	var stored hashes
	for index, leaf := range leaves {
		more, err := tlog.StoredHashes(int64(index), leaf, stored)
		check(err)
		stored = append(stored, more...)
	}
	return stored
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	switch {
	case len(os.Args) == 3 && os.Args[1] == "make":
		produce(os.Args[2])
	case len(os.Args) == 4 && os.Args[1] == "verify":
		verify(os.Args[2], os.Args[3])
	default:
		log.Fatal("usage: make DIRECTORY | verify LOG VKEY")
	}
}

type proof struct {
	Size   int64    `json:"size"`
	Other  int64    `json:"other"`
	Hashes []string `json:"hashes"`
}

func texts[H ~[]tlog.Hash](list H) []string {
	found := []string{}
	for _, hash := range list {
		found = append(found, fmt.Sprintf("%x", hash[:]))
	}
	return found
}

func produce(directory string) {
	var leaves [][]byte
	for index := 0; index < 70; index++ {
		leaves = append(leaves, []byte(fmt.Sprintf(`{"v":1,"n":%d,"type":"access","salt":"%032x"}`, index, index*index)))
	}
	stored := tree(leaves)
	verifier, key := keys()
	roots := map[string]string{}
	inclusion, consistency := []proof{}, []proof{}
	for _, size := range []int64{1, 2, 3, 5, 7, 8, 9, 12, 31, 32, 33, 64, 69, 70} {
		root, err := tlog.TreeHash(size, stored)
		check(err)
		roots[fmt.Sprint(size)] = fmt.Sprintf("%x", root[:])
		for other := int64(0); other < size; other += 1 + size/8 {
			found, err := tlog.ProveRecord(size, other, stored)
			check(err)
			inclusion = append(inclusion, proof{size, other, texts(found)})
			changed, err := tlog.ProveTree(size, other+1, stored)
			check(err)
			consistency = append(consistency, proof{size, other + 1, texts(changed)})
		}
	}
	out, err := json.Marshal(map[string]any{
		"leaves": len(leaves), "roots": roots, "inclusion": inclusion, "consistency": consistency,
	})
	check(err)
	write(directory, "proofs.json", append(out, '\n'))
	for _, size := range []int{0, 1, 45, len(leaves)} {
		write(directory, fmt.Sprintf("%d.checkpoint", size), checkpoint(leaves[:size], key))
	}
	export := [][]byte{[]byte(`{"format":"tarn-log","version":1}`)}
	export = append(export, leaves...)
	export = append(export, nil, checkpoint(leaves, key))
	write(directory, "good.tarnlog", bytes.Join(export, []byte("\n")))
	write(directory, "key.vkey", []byte(verifier+"\n"))
}

func checkpoint(leaves [][]byte, key note.Signer) []byte {
	// Of a tree without leaves the RFC says, and Go does not, that its root is SHA-256 of nothing.
	root := "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
	if len(leaves) > 0 {
		hash, err := tlog.TreeHash(int64(len(leaves)), tree(leaves))
		check(err)
		root = hash.String()
	}
	signed, err := note.Sign(&note.Note{Text: fmt.Sprintf("%s\n%d\n%s\n", origin, len(leaves), root)}, key)
	check(err)
	return signed
}

func write(directory, name string, content []byte) {
	check(os.WriteFile(filepath.Join(directory, name), content, 0o644))
}

func verify(path, key string) {
	verifier, err := note.NewVerifier(strings.TrimSpace(key))
	check(err)
	content, err := os.ReadFile(path)
	check(err)
	body, head, found := bytes.Cut(content, []byte("\n\n"))
	if !found {
		log.Fatal("no checkpoint")
	}
	leaves := bytes.Split(body, []byte("\n"))[1:]
	opened, err := note.Open(head, note.VerifierList(verifier))
	check(err)
	hash, err := tlog.TreeHash(int64(len(leaves)), tree(leaves))
	check(err)
	want := fmt.Sprintf("%s\n%d\n%s\n", verifier.Name(), len(leaves), hash)
	if opened.Text != want {
		log.Fatalf("another checkpoint: %q, not %q", opened.Text, want)
	}
	fmt.Println("verified", len(leaves))
}

// The verifier key and the signer of the fixed seed.
func keys() (string, note.Signer) {
	private := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{0x11}, ed25519.SeedSize))
	verifier, err := note.NewEd25519VerifierKey(origin, private.Public().(ed25519.PublicKey))
	check(err)
	id := strings.Split(verifier, "+")[1]
	material := base64.StdEncoding.EncodeToString(append([]byte{1}, private.Seed()...))
	signer, err := note.NewSigner(fmt.Sprintf("PRIVATE+KEY+%s+%s+%s", origin, id, material))
	check(err)
	return verifier, signer
}
