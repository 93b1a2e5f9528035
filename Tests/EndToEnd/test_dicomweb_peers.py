"""DICOMweb as other programs see it: pydicom reads what WADO-RS gives, DCMTK reads it too, and nothing identifies anyone."""

import email
import io
import json
import subprocess

import numpy
import pytest

from studies import PLANTED, read, series, words
from tarn_server import multipart, verdicts


@pytest.fixture(scope="module")
def stored(shared_server):
    token = shared_server.project("PEER")
    originals = series(6, rows=96)
    body, headers = multipart(originals)
    _, _, answer = shared_server.request("POST", "/dicom-web/studies", body, token, headers)
    return shared_server, token, originals, verdicts(answer)


def parts(headers, body):
    message = email.message_from_bytes(b"Content-Type: " + headers["Content-Type"].encode() + b"\r\n\r\n" + body)
    return [part.get_payload(decode=True) for part in message.get_payload()]


def test_a_series_comes_back_readable_and_without_identity(stored, tmp_path):
    server, token, originals, lines = stored
    path = f"/dicom-web/studies/{lines[0]['study']}/series/{lines[0]['series']}"
    status, headers, body = server.request("GET", path, token=token, headers={
        "Accept": 'multipart/related; type="application/dicom"; transfer-syntax=*'})
    assert status == 200
    objects = parts(headers, body)
    assert len(objects) == len(originals)
    pixels = {read(original).PixelData for original in originals}
    for number, data in enumerate(objects):
        assert not [word for word in words() if word in data]
        data_set = read(data)
        assert data_set.PatientIdentityRemoved == "YES"
        assert data_set.PixelData in pixels
        assert data_set.file_meta.MediaStorageSOPInstanceUID == data_set.SOPInstanceUID
        file = tmp_path / f"{number}.dcm"
        file.write_bytes(data)
        done = subprocess.run(["dcmftest", file], capture_output=True, text=True)
        assert done.returncode == 0 and done.stdout.startswith("yes"), done.stdout
        assert subprocess.run(["dcmdump", "+W", tmp_path, file], capture_output=True).returncode == 0


def test_search_finds_by_what_may_be_known_and_not_by_what_may_not(stored):
    server, token, _, lines = stored
    def search(query):
        status, _, body = server.request("GET", "/dicom-web/" + query, token=token, headers={"Accept": "application/dicom+json"})
        assert status in (200, 204), (query, status, body)
        return json.loads(body) if body else []
    assert len(search(f"studies?StudyInstanceUID={lines[0]['study']}")) == 1
    assert len(search(f"studies?0020000D={lines[0]['study']}")) == 1
    assert len(search("studies?ModalitiesInStudy=CT")) >= 1
    assert search("studies?ModalitiesInStudy=XA") == []
    assert search(f"studies?PatientName={PLANTED['PatientName']}") == []
    assert search(f"studies?PatientID={PLANTED['PatientID']}") == []
    assert len(search(f"studies/{lines[0]['study']}/series")) == 1
    assert len(search(f"studies/{lines[0]['study']}/series/{lines[0]['series']}/instances")) == 6
    assert len(search(f"studies/{lines[0]['study']}/instances?limit=2&offset=1")) == 2
    status, _, _ = server.request("GET", "/dicom-web/studies?NoSuchAttribute=1", token=token)
    assert status == 400


def test_metadata_frames_and_rendered_images(stored):
    server, token, originals, lines = stored
    base = f"/dicom-web/studies/{lines[0]['study']}/series/{lines[0]['series']}"
    status, _, body = server.request("GET", base + "/metadata", token=token, headers={"Accept": "application/dicom+json"})
    assert status == 200 and len(json.loads(body)) == 6
    assert not [word for word in words() if word in body]
    one = f"{base}/instances/{lines[2]['instance']}"
    status, headers, body = server.request("GET", one + "/frames/1", token=token, headers={
        "Accept": 'multipart/related; type="application/octet-stream"'})
    assert status == 200 and parts(headers, body)[0] == read(originals[2]).PixelData
    status, headers, body = server.request("GET", one + "/rendered?window=40,400,linear", token=token, headers={"Accept": "image/png"})
    assert (status, headers["Content-Type"]) == (200, "image/png")
    from PIL import Image
    shown = numpy.asarray(Image.open(io.BytesIO(body)))
    stored_values = numpy.frombuffer(read(originals[2]).PixelData, numpy.uint16).reshape(96, 96).astype(float) - 1024
    # PS3.3 C.11.2.1.2.1, LINEAR
    exact = numpy.clip(((stored_values - (40 - 0.5)) / (400 - 1) + 0.5) * 255, 0, 255)
    assert numpy.abs(shown.astype(float) - exact).max() <= 1
    etag = headers["ETag"]
    status, _, _ = server.request("GET", one + "/rendered?window=40,400,linear", token=token, headers={"Accept": "image/png", "If-None-Match": etag})
    assert status == 304
    status, headers, body = server.request("GET", one + "/thumbnail", token=token)
    assert status == 200 and headers["Content-Type"] in ("image/jpeg", "image/png")
    assert server.request("GET", one + "/rendered?window=40,0", token=token)[0] == 400
    assert server.request("GET", one + "/rendered?viewport=0,0", token=token)[0] == 400
    assert server.request("GET", one + "/frames/2", token=token)[0] == 404
    assert server.request("GET", one + "/rendered", token=token, headers={"Accept": "image/tiff"})[0] == 406


@pytest.mark.parametrize("uid", [
    "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.90",
    "1.2.840.10008.1.2.4.201", "1.2.840.10008.1.2.4.202"])
def test_every_lossless_transfer_syntax_is_the_same_image_to_pydicom(stored, uid):
    server, token, originals, lines = stored
    series = f"/dicom-web/studies/{lines[0]['study']}/series/{lines[0]['series']}"
    one = f"{series}/instances/{lines[1]['instance']}"
    expected = read(originals[1]).pixel_array
    status, headers, body = server.request("GET", one, token=token, headers={
        "Accept": f"application/dicom; transfer-syntax={uid}"})
    assert (status, headers["Content-Type"]) == (200, f"application/dicom; transfer-syntax={uid}")
    data_set = read(body)
    assert data_set.file_meta.TransferSyntaxUID == uid
    assert numpy.array_equal(data_set.pixel_array, expected)
    status, headers, body = server.request("GET", series, token=token, headers={
        "Accept": f'multipart/related; type="application/dicom"; transfer-syntax={uid}'})
    objects = [read(data) for data in parts(headers, body)]
    assert status == 200 and len(objects) == len(originals)
    assert {data_set.file_meta.TransferSyntaxUID for data_set in objects} == {uid}
    stored_pixels = {read(original).pixel_array.tobytes() for original in originals}
    assert {data_set.pixel_array.tobytes() for data_set in objects} == stored_pixels


def test_another_project_does_not_see_it(stored):
    server, _, _, lines = stored
    stranger = server.project("OTHER")
    assert server.request("GET", f"/dicom-web/studies/{lines[0]['study']}/metadata", token=stranger)[0] == 404
    assert server.request("GET", f"/api/v1/studies/{lines[0]['study']}", token=stranger)[0] == 404
    assert server.json("GET", "/dicom-web/studies", token=stranger) in (None, [])
