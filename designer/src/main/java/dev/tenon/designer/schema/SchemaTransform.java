package dev.tenon.designer.schema;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.Tree;

/// Formily's document `{form, schema}` as a tree and back.
///
/// **Schema to tree.** The form is the root, with `form` as its props. Each field of `properties`,
/// and `items` where it is one schema, is a node below the one that it is in: its id is its
/// `x-designable-id` or a new one, its props are its words, its name in `properties` is `name`
/// among them. Fields come in the order of `x-index`, those without it last. No word is translated.
///
/// **Tree to schema.** Each field goes to `properties` under its `name`, else under its id; the
/// first child of a `type: array` to `items`.
///
/// **Nothing is lost**: what the tree has no place for is kept in
/// [dev.tenon.designer.tree.TreeNode#more] under [#WRITTEN], so that in the style
/// [SchemaStyle#AS_WRITTEN] schema -> tree -> schema is the identity, order of words included, and
/// an edited tree differs from its schema only by the edit.
///
/// Deliberate differences from the reference (`@designable/formily-transformer`):
///
/// | the reference | here |
/// |---|---|
/// | of two fields with equal `x-index` keeps one | both, in the order of the text, and a diagnostic |
/// | loses fields whose `x-index` is negative, a fraction, null, true or `""` | numbers have their place, the others come last; a diagnostic |
/// | takes the first property of an array without `items` for its `items` | it stays a property |
/// | of two siblings with the same name writes one | the later is written under its id; a diagnostic |
/// | crashes where the root is not the form, or a node has no props | finds the form below; no props are none |
/// | drops the words of the root, tuples, `patternProperties`, `additionalProperties`, `additionalItems`, `version` | keeps them |
/// | resolves `$ref` for good, to what comes before it only, and never ends on a cycle | shows it resolved and writes it as it was; a cycle is shown as it is, with a diagnostic |
/// | takes an id as often as it comes | the later node gets another, with a diagnostic |
///
/// Source: alibaba/designable 3e961de, `formily/transformer`.
///
/// @param formName the component of the root; [#DEFAULT] has the reference's `Form`
/// @param fieldName the component of the fields; [#DEFAULT] has the reference's `Field`
public record SchemaTransform(String formName, String fieldName) {
    /// The member of [dev.tenon.designer.tree.TreeNode#more] that keeps what the tree does not say.
    public static final String WRITTEN = "x-written";

    /// The transform with the reference's names.
    public static final SchemaTransform DEFAULT = new SchemaTransform("Form", "Field");

    /// Returns the tree of a Formily document.
    ///
    /// @param document an object with `form` and `schema`; either may be missing, and members
    ///   beside them are kept
    /// @param ids names the nodes that have no `x-designable-id`, in pre-order
    /// @throws DesignException if `document` is no object, fields are deeper than [Tree#DEEPEST],
    ///   there are more than [Tree#MOST_NODES], or references bring in too much
    public Transformed<Tree> tree(Json document, Ids ids) {
        return new SchemaReader(this, document, _ -> ids.next()).read();
    }

    /// Returns the tree of a Formily document as [#tree], with nodes that have no `x-designable-id`
    /// named by their place, so that the same document has the same tree and two versions of it can
    /// be compared.
    ///
    /// @throws DesignException as [#tree]
    public Transformed<Tree> treeByPlace(Json document) {
        return new SchemaReader(this, document, SchemaTransform::nameOf).read();
    }

    /// The pointer, or a digest where it is long, for each of many deep nodes has one.
    private static String nameOf(Place place) {
        String pointer = place.toString();
        return pointer.length() <= 120 ? pointer : "/" + Shapes.digest(pointer);
    }

    /// Returns the Formily document of a tree: of the first node that is a form.
    ///
    /// A tree without a form makes the document of an empty one, and a diagnostic.
    public Transformed<JsonObject> schema(Tree tree, SchemaStyle style) {
        return new SchemaWriter(this, style, tree).write();
    }

    /// Returns the document of no tree: a schema without fields.
    public static JsonObject empty() {
        return JsonObject.of(
                "schema", JsonObject.of("type", "object", "properties", JsonObject.EMPTY));
    }
}
