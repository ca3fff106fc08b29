package dev.tenon.designer.document;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonNumber;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The versions of a format and the steps between them.
///
/// @param steps from version 1 up, without a gap
public record Migrations(List<Migration> steps) {
    /// Those of Tenon's documents.
    public static final Migrations TENON = new Migrations(List.of(new EmptyMembers()));

    /// Copies and checks the list.
    ///
    /// @throws IllegalArgumentException if a step is out of order
    public Migrations {
        steps = List.copyOf(steps);
        for (int i = 0; i < steps.size(); i++) {
            if (steps.get(i).from() != i + 1) {
                throw new IllegalArgumentException(
                        "Migrations: steps must begin at 1 and follow each other; got one from "
                                + steps.get(i).from()
                                + " in the place of "
                                + (i + 1));
            }
        }
    }

    /// Returns the newest version.
    public int newest() {
        return steps.size() + 1;
    }

    /// Returns the version of `document`.
    ///
    /// @param name stands for the document in messages
    /// @throws DesignException if it has none, or one that is not from 1 to [#newest]
    public int version(String name, JsonObject document) {
        Json version = document.get("version");
        if (!(version instanceof JsonNumber(BigDecimal number))
                || number.signum() <= 0
                || number.stripTrailingZeros().scale() > 0) {
            throw new DesignException(
                    name + ": version must be a whole number from 1; got " + told(version));
        }
        if (number.compareTo(BigDecimal.valueOf(newest())) > 0) {
            throw new DesignException(
                    name
                            + ": version must be at most "
                            + newest()
                            + "; got "
                            + version
                            + ". A newer Tenon wrote it: use that one, or let it write version "
                            + newest()
                            + " (tenon design migrate)");
        }
        return number.intValue();
    }

    private static String told(@Nullable Json version) {
        return switch (version) {
            case null -> "none";
            case JsonString text when text.value().length() < 20 -> text.toString();
            default -> NodeJson.kind(version);
        };
    }

    /// Returns `document` as one of version `to`, step by step.
    ///
    /// @param name stands for the document in messages
    /// @throws DesignException as [#version], or if `to` is not from 1 to [#newest]
    public JsonObject migrate(String name, JsonObject document, int to) {
        if (to < 1 || to > newest()) {
            throw new DesignException(
                    "migrate: the version must be from 1 to " + newest() + "; got " + to);
        }
        int version = version(name, document);
        JsonObject at = document;
        for (; version < to; version++) {
            at = steps.get(version - 1).up(at);
        }
        for (; version > to; version--) {
            at = steps.get(version - 2).down(at);
        }
        return at.with("version", JsonNumber.of((long) to));
    }
}
