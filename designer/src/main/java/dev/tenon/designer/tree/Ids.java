package dev.tenon.designer.tree;

import java.security.SecureRandom;
import java.util.random.RandomGenerator;

/// Makes names for nodes.
@FunctionalInterface
public interface Ids {
    /// Returns a name that this source has not given before.
    String next();

    /// Returns names of 11 characters of `0-9a-z`, as the reference's: 57 bits of chance, so that
    /// two people who edit apart do not choose the same one.
    static Ids random() {
        return of(new SecureRandom());
    }

    /// Returns names of 11 characters of `0-9a-z` drawn from `random`: the same names for the same
    /// seed.
    static Ids of(RandomGenerator random) {
        return () -> {
            var id = new StringBuilder(11);
            for (int i = 0; i < 11; i++) {
                id.append(Character.forDigit(random.nextInt(36), 36));
            }
            return id.toString();
        };
    }
}
