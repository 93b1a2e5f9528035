import { Boxes } from "../../held/boxes.js";
import { assertEquals } from "./assert.js";

const image = {
    rows: 100,
    columns: 200,
    proposed: [{ x: 0, y: 0, width: 200, height: 10 }],
    found: [{ x: 150, y: 80, width: 30, height: 12 }],
};

Deno.test("what was proposed and found is blacked out unless somebody says otherwise", () => {
    const boxes = new Boxes(image);
    assertEquals(boxes.black, [image.proposed[0], image.found[0]]);
    assertEquals(boxes.left, []);
    boxes.selected = 1;
    assertEquals(boxes.take(), "left");
    assertEquals(boxes.black, image.proposed);
    assertEquals(boxes.left, image.found);
    assertEquals(boxes.take(), "black");
    assertEquals(boxes.black.length, 2);
});

Deno.test("a box drawn in any direction covers both ends and stays within the image", () => {
    const boxes = new Boxes({ rows: 100, columns: 200 });
    boxes.draw([50.7, 40.2], [10.2, 20.9]);
    assertEquals(boxes.black, [{ x: 10, y: 20, width: 41, height: 21 }]);
    boxes.draw([190, 95], [260, 400]);
    assertEquals(boxes.black[1], { x: 190, y: 95, width: 10, height: 5 });
    boxes.draw([-30, -5], [-10, -2]);
    assertEquals(boxes.black[2], { x: 0, y: 0, width: 1, height: 1 });
    boxes.draw([500, 500], [600, 600]);
    assertEquals(boxes.black[3], { x: 199, y: 99, width: 1, height: 1 });
});

Deno.test("a box is moved and sized within the image", () => {
    const boxes = new Boxes({ rows: 100, columns: 200 });
    boxes.add();
    assertEquals(boxes.black, [{ x: 75, y: 45, width: 50, height: 10 }]);
    boxes.move(-1000, 3);
    assertEquals(boxes.black, [{ x: 0, y: 48, width: 50, height: 10 }]);
    boxes.grow(1000, -1000);
    assertEquals(boxes.black, [{ x: 0, y: 48, width: 200, height: 1 }]);
    boxes.selected = -1;
    boxes.move(5, 5);
    boxes.grow(5, 5);
    assertEquals(boxes.take(), null);
    assertEquals(boxes.black, [{ x: 0, y: 48, width: 200, height: 1 }]);
});

Deno.test("a corner is pulled, and the opposite one stays", () => {
    const boxes = new Boxes({ rows: 100, columns: 200 });
    boxes.draw([20, 20], [60, 40]);
    boxes.pull("nw", [30, 10]);
    assertEquals(boxes.black, [{ x: 30, y: 10, width: 30, height: 30 }]);
    boxes.pull("se", [1000, 1000]);
    assertEquals(boxes.black, [{ x: 30, y: 10, width: 170, height: 90 }]);
    boxes.pull("se", [0, 0]);
    assertEquals(boxes.black, [{ x: 30, y: 10, width: 1, height: 1 }]);
    boxes.pull("ne", [40, 5]);
    assertEquals(boxes.black, [{ x: 30, y: 5, width: 10, height: 6 }]);
    boxes.pull("sw", [20, 90]);
    assertEquals(boxes.black, [{ x: 20, y: 5, width: 20, height: 85 }]);
});

Deno.test("the boxes are gone through in a ring, with none in between", () => {
    const boxes = new Boxes(image);
    const seen = [0, 1, 2, 3].map(() => {
        boxes.step(1);
        return boxes.selected;
    });
    assertEquals(seen, [0, 1, -1, 0]);
    boxes.step(-1);
    boxes.step(-1);
    assertEquals(boxes.selected, 1);
});

Deno.test("one's own box goes, and the topmost is found under a point", () => {
    const boxes = new Boxes(image);
    boxes.draw([140, 70], [199, 99]);
    assertEquals(boxes.at([160, 85]), 2);
    assertEquals(boxes.at([5, 5]), 0);
    assertEquals(boxes.at([5, 50]), -1);
    boxes.selected = 2;
    assertEquals(boxes.take(), "gone");
    assertEquals(boxes.at([160, 85]), 1);
    assertEquals(boxes.list.length, 2);
});
