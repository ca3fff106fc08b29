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
/// - Of two fields with equal `x-index` it keeps one. Here both stay, in the order of the text.
/// - It loses fields whose `x-index` is negative, a fraction, null, true or `""`. Here numbers have
///   their place and the others come last.
/// - It takes the first property of an array without `items` for its `items`. Here it stays one.
/// - Of two siblings with the same name it writes one. Here the later is written under its id.
/// - It writes a field that the schema names `""` under its id. Here it keeps the name, in both
///   styles; in a tree that no schema told about, such a field has its id for a name here too.
/// - It crashes where the root is not the form, or a node has no props. Here the form is found
///   below, and no props are none.
/// - It drops the words of the root, tuples, `patternProperties`, `additionalProperties` and
///   `additionalItems`. Here they are kept; what a Formily object says about itself (`version`,
///   `parent`, `root`), in the style `AS_WRITTEN` only.
/// - It resolves `$ref` for good, only to what comes before it, and never ends on a cycle. Here a
///   `$ref` is shown resolved and written as it was, and a cycle is shown as it is.
/// - It takes an id as often as it comes. Here the later node gets another.
///
/// Each that a document meets is told by a [Diagnostic], where the reference would lose something.
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
