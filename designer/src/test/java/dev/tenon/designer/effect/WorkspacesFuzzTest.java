package dev.tenon.designer.effect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.designer.action.Boxes;
import dev.tenon.designer.action.Checking;
import dev.tenon.designer.behavior.Rules;
import dev.tenon.designer.drag.Viewport;
import dev.tenon.designer.engine.Engine;
import dev.tenon.designer.engine.Operation;
import dev.tenon.designer.event.MutationEvent;
import dev.tenon.designer.event.PointerTarget;
import dev.tenon.designer.event.PointerTarget.Area;
import dev.tenon.designer.geometry.Point;
import dev.tenon.designer.geometry.Rect;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Drags at random within and between two documents, some of them vetoed: no node is lost and none
/// is there twice, no rule is broken, and each document can be brought back.
final class WorkspacesFuzzTest {
    private static final int DRAGS = Integer.getInteger("tenon.fuzz", 5000) / 20;
    private static final List<String> DOCUMENTS = List.of("left", "right");
    private static final List<String> COMPONENTS =
            List.of("Box", "Box", "Leaf", "Leaf", "Row", "Collapse", "Fixed", "Loner", "OnlyLeaf");

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void nothingIsLostOnTheWay(int seed) {
        Random random = new Random(seed);
        Hand hand = new Hand();
        Engine engine = new Engine(Boxes.REGISTRY, Ids.of(random), hand.clock());
        Designer designer = new Designer(engine);
        hand.takes(designer);
        for (String document : DOCUMENTS) {
            engine.open(document, start());
        }
        engine.events().subscribeTo(MutationEvent.class, (_, _) -> random.nextInt(10) > 0);
        Map<String, Integer> all = counted(engine);
        int crossed = 0;
        for (int i = 0; i < DRAGS; i++) {
            DOCUMENTS.forEach(document -> draw(designer, document));
            int before = operation(engine, "left").tree().size();
            Place from = place(random, engine, designer);
            Place to = place(random, engine, designer);
            hand.drag(from.target, from.x, from.y, to.target, to.x, to.y);
            crossed += operation(engine, "left").tree().size() == before ? 0 : 1;
            assertThat(counted(engine)).as("seed %d, drag %d", seed, i).isEqualTo(all);
            for (String document : DOCUMENTS) {
                Tree tree = operation(engine, document).tree();
                assertThat(Checking.violations(tree, new Rules(Boxes.REGISTRY)))
                        .as("seed %d, drag %d, %s", seed, i, document)
                        .isEmpty();
            }
        }
        assertThat(crossed).as("drags between the documents").isGreaterThan(DRAGS / 25);
        for (String document : DOCUMENTS) {
            Operation operation = operation(engine, document);
            operation.goTo(0);
            assertThat(operation.tree()).isSameAs(operation.history().entries().getFirst().tree());
        }
    }

    private record Place(PointerTarget target, double x, double y) {}

    private static Operation operation(Engine engine, String document) {
        return engine.workbench().find(document).operation();
    }

    private static TreeNode start() {
        List<TreeNode> nodes = new ArrayList<>();
        for (int i = 0; i < COMPONENTS.size(); i++) {
            nodes.add(TreeNode.of("n" + i, COMPONENTS.get(i)));
        }
        return TreeNode.of("root", "Root", JsonObject.EMPTY, nodes);
    }

    private static Map<String, Integer> counted(Engine engine) {
        Map<String, Integer> counts = new TreeMap<>();
        for (String document : DOCUMENTS) {
            operation(engine, document)
                    .tree()
                    .root()
                    .forEach(node -> counts.merge(node.componentName(), 1, Integer::sum));
        }
        return counts;
    }

    /// Every node is a line of its own, as high as its subtree.
    private static void draw(Designer designer, String document) {
        Viewport canvas = designer.viewport(document, Area.CANVAS);
        double x = DOCUMENTS.indexOf(document) * 400;
        canvas.bounds(new Rect(x, 0, 400, 900));
        canvas.clear();
        int[] line = {0};
        place(canvas, operation(designer.engine(), document).tree().root(), x, 0, line);
    }

    private static void place(Viewport canvas, TreeNode node, double x, int depth, int[] line) {
        int top = line[0]++;
        node.children().forEach(child -> place(canvas, child, x, depth + 1, line));
        Rect rect =
                new Rect(x + 4 * depth, 40 * top, 380 - 8 * depth, 40 * (line[0] - top) - depth);
        canvas.place(node.id(), List.of(rect), null);
    }

    /// A point in a node of one of the documents, and what is drawn there.
    private static Place place(Random random, Engine engine, Designer designer) {
        String document = DOCUMENTS.get(random.nextInt(2));
        Tree tree = operation(engine, document).tree();
        Viewport canvas = designer.viewport(document, Area.CANVAS);
        List<String> ids = new ArrayList<>();
        tree.root().forEach(node -> ids.add(node.id()));
        Rect rect = canvas.rect(ids.get(random.nextInt(ids.size())));
        double x = rect.x() + random.nextDouble() * rect.width();
        double y = rect.y() + random.nextDouble() * rect.height();
        String at = canvas.boxes(tree).at(new Point(x, y), canvas);
        return new Place(PointerTarget.canvas(at).in(document), x, y);
    }
}
