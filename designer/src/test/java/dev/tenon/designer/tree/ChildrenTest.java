package dev.tenon.designer.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Children against a list of the JDK.
final class ChildrenTest {
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void childrenAreAList(int seed) {
        Random random = new Random(seed);
        List<TreeNode> expected = new ArrayList<>();
        for (int i = 0, size = random.nextInt(400); i < size; i++) {
            expected.add(node(i));
        }
        Children children = Children.of(expected);
        for (int i = 0; i < 2000; i++) {
            int size = expected.size();
            switch (random.nextInt(size > 600 ? 6 : 4)) {
                case 0, 1 -> {
                    int index = random.nextInt(size + 1);
                    expected.add(index, node(1000 + i));
                    children = children.plus(index, node(1000 + i));
                }
                case 2 -> {
                    if (size > 0) {
                        int index = random.nextInt(size);
                        expected.set(index, node(5000 + i));
                        children = children.with(index, node(5000 + i));
                    }
                }
                default -> {
                    for (int k = 0; k < 3 && !expected.isEmpty(); k++) {
                        int index = random.nextInt(expected.size());
                        expected.remove(index);
                        children = children.minus(index);
                    }
                }
            }
            assertThat(children.size()).isEqualTo(expected.size());
            if (!expected.isEmpty()) {
                int index = random.nextInt(expected.size());
                assertThat(children.get(index)).isEqualTo(expected.get(index));
                assertThat(children.indexOf(expected.get(index).id())).isEqualTo(index);
            }
            if (i % 100 == 0) {
                assertThat(new ArrayList<>(children)).isEqualTo(expected);
            }
        }
        assertThat(children).isEqualTo(expected).hasSameHashCodeAs(expected);
    }

    @Test
    void idsOfOneHashAreToldApart() {
        Children children =
                Children.of(List.of(TreeNode.of("Aa", "Leaf"), TreeNode.of("BB", "Leaf")));
        assertThat("Aa").hasSameHashCodeAs("BB");
        assertThat(children.indexOf("BB")).isEqualTo(1);
        assertThat(children.indexOf("C#")).isEqualTo(-1);
    }

    @Test
    void anIndexIsAPlace() {
        Children children = Children.of(List.of(node(1), node(2)));
        assertThatThrownBy(() -> children.get(2))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage("children: an index must be from 0 to 1; got 2");
        assertThatThrownBy(() -> children.plus(3, node(3)))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    private static TreeNode node(int i) {
        return TreeNode.of("n" + i, "Leaf");
    }
}
