// compressed-tensors as its loaders read it.
//
// pack-quantized: weight_packed [N, words of K codes], each row the codes q + 2^(b−1) one after the other; weight_scale [N, G], or [1] for
// one of the whole tensor; weight_zero_point when asymmetric: I32 [words of N codes, G], packed down each column, or I8 like the scales
// where there is one for the whole tensor; weight_shape [2]; weight_g_idx [K] in activation order. A width that does not divide 32 was
// packed ⌊32/b⌋ to a word by early releases and as one bit stream by later ones: the number of words tells which.
//
// int-quantized, naive-quantized: weight I8 [N, K], signed codes; weight_scale as above; weight_zero_point I8 of the scales' shape when
// asymmetric; weight_g_idx as above; input_scale [1] when activations have a static scale.

#include <algorithm>

#include "core/kernels/convert.h"
#include "core/kernels/parallel.h"
#include "core/model/packed/stored_layer.h"
#include "core/model/packed/stored_tensor.h"

namespace salient {
namespace {

void checkShape(const Checkpoint& checkpoint, const StoredShape& shape) {
    const std::string name = shape.name + ".weight_shape";
    if (!checkpoint.contains(name)) failStored(name, "expected [2], found no such tensor");
    Index found[2] = {};
    if (checkpoint.tensor(name).dtype == DType::I32) {
        const std::vector<std::int32_t> values = storedInts(checkpoint, name, {2});
        found[0] = values[0];
        found[1] = values[1];
    } else {
        const StoredElements<std::int64_t> values(storedTensor(checkpoint, name, DType::I64, {2}));
        found[0] = values[0];
        found[1] = values[1];
        values.finish();
    }
    if (found[0] != shape.out_features || found[1] != shape.in_features) {
        failStored(name, "expected " + std::to_string(shape.out_features) + ", " + std::to_string(shape.in_features) + ", found " +
                             std::to_string(found[0]) + ", " + std::to_string(found[1]));
    }
}

/// How a tensor of `found` words holds `count` codes.
Packing packingOf(const std::string& name, Index count, int bits, std::int64_t found) {
    const Index dense = wordCount(count, bits, Packing::Dense);
    const Index whole = wordCount(count, bits, Packing::WholeCodes);
    if (found != dense && found != whole) {
        failStored(name, "expected " + std::to_string(dense) + (dense == whole ? "" : " or " + std::to_string(whole)) + " words for " +
                             std::to_string(count) + " codes of " + std::to_string(bits) + " bits, found " + std::to_string(found));
    }
    if (dense == whole && 32 % bits != 0 && dense > 1) {
        failStored(name, std::to_string(count) + " codes of " + std::to_string(bits) +
                             " bits take as many words in both ways of packing them, so that their place cannot be told");
    }
    return found == dense ? Packing::Dense : Packing::WholeCodes;
}

const TensorView& present(const Checkpoint& checkpoint, const std::string& name, const std::string& expected) {
    if (!checkpoint.contains(name)) failStored(name, "expected " + expected + ", found no such tensor");
    return checkpoint.tensor(name);
}

/// Scales and zero points of a layer: one per group and row, or one for all.
struct Table {
    Index n_groups = 1;
    bool is_per_tensor = false;
    std::vector<std::int64_t> shape;  ///< of the scales
};

Table tableOf(const Checkpoint& checkpoint, const StoredShape& shape, const LayerScheme& scheme) {
    Table table;
    const Index group_size = scheme.group_size < 0 ? shape.in_features : scheme.group_size;
    table.n_groups = (shape.in_features + group_size - 1) / group_size;
    const TensorView& scales = present(checkpoint, shape.name + ".weight_scale",
                                       "[" + std::to_string(shape.out_features) + ", " + std::to_string(table.n_groups) + "]");
    table.is_per_tensor = scheme.group_size < 0 && scales.shape == std::vector<std::int64_t>{1};
    table.shape = table.is_per_tensor ? scales.shape : std::vector<std::int64_t>{shape.out_features, table.n_groups};
    return table;
}

/// Rows of a table as it is stored, [N, G] or [1].
template <typename Value>
Matrix rowsOf(const Table& table, RowRange rows, const Value& value) {
    Matrix result(rows.count, table.n_groups);
    for (Index row = 0; row < rows.count; ++row) {
        for (Index g = 0; g < table.n_groups; ++g)
            result(row, g) = value(table.is_per_tensor ? 0 : (rows.first + row) * table.n_groups + g);
    }
    return result;
}

Matrix scalesOf(const TensorView& scales, const Table& table, RowRange rows) {
    const std::vector<float> values = toFloats(scales);
    return rowsOf(table, rows, [&](Index i) { return values[static_cast<std::size_t>(i)]; });
}

/// Signed zero points, one byte each, with 2^(b−1) added.
Matrix byteZeros(const Checkpoint& checkpoint, const std::string& name, const Table& table, int bits, RowRange rows) {
    const StoredElements<std::int8_t> zeros(storedTensor(checkpoint, name, DType::I8, table.shape));
    if (rows.count == 0) return {};
    Matrix result = rowsOf(table, rows, [&](Index i) { return static_cast<float>(zeros[i] + (1 << (bits - 1))); });
    zeros.finish();
    return result;
}

Matrix packedZeros(const Checkpoint& checkpoint, const std::string& name, Index n_out, Index n_groups, int bits, RowRange rows) {
    const TensorView& tensor = present(checkpoint, name, "packed zero points");
    const Packing packing = packingOf(name, n_out, bits, tensor.shape.empty() ? 0 : tensor.shape[0]);
    const StoredElements<std::int32_t> words = storedWords(checkpoint, name, {wordCount(n_out, bits, packing), n_groups});
    if (rows.count == 0) return {};
    Matrix result(rows.count, n_groups);
    for (Index g = 0; g < n_groups; ++g) {
        const auto word = [&](Index w) { return words[w * n_groups + g]; };
        for (Index row = 0; row < rows.count; ++row) result(row, g) = static_cast<float>(bitField(word, rows.first + row, bits, packing));
    }
    words.finish();
    return result;
}

/// The middle of the grid for symmetric layers, the stored zero points for others.
void readZeros(StoredLayer& layer, const Checkpoint& checkpoint, const StoredShape& shape, const LayerScheme& scheme, const Table& table,
               RowRange rows) {
    const std::string name = shape.name + ".weight_zero_point";
    if (scheme.is_symmetric) {
        layer.zero = Matrix::Constant(rows.count, table.n_groups, static_cast<float>(1 << (layer.bits - 1)));
        return;
    }
    const bool is_packed = present(checkpoint, name, "zero points of an asymmetric layer").dtype == DType::I32;
    layer.zero = is_packed ? packedZeros(checkpoint, name, shape.out_features, table.n_groups, layer.bits, rows)
                           : byteZeros(checkpoint, name, table, layer.bits, rows);
    layer.has_stored_zeros = true;
}

void readGroups(StoredLayer& layer, const Checkpoint& checkpoint, const StoredShape& shape, const LayerScheme& scheme) {
    const std::string name = shape.name + ".weight_g_idx";
    layer.group = consecutiveGroups(shape.in_features, scheme.group_size < 0 ? shape.in_features : scheme.group_size);
    if (!scheme.is_ordered && !checkpoint.contains(name)) return;
    std::vector<std::int32_t> stored = storedInts(checkpoint, name, {shape.in_features});
    const bool is_unset = std::all_of(stored.begin(), stored.end(), [](std::int32_t group) { return group == -1; });
    if (is_unset) return;  // as a quantizer leaves it that used no order
    layer.group = std::move(stored);
    layer.has_stored_groups = true;
}

}  // namespace

StoredLayer readPackQuantized(const Checkpoint& checkpoint, const StoredShape& shape, const LayerScheme& scheme, RowRange rows) {
    const Index n_out = shape.out_features;
    const Index n_in = shape.in_features;
    const int bits = scheme.bits;
    checkShape(checkpoint, shape);
    const std::string name = shape.name + ".weight_packed";
    const TensorView& tensor = present(checkpoint, name, "packed codes");
    const Packing packing = packingOf(name, n_in, bits, tensor.shape.size() == 2 ? tensor.shape[1] : 0);
    const Index n_words = wordCount(n_in, bits, packing);
    const StoredElements<std::int32_t> packed = storedWords(checkpoint, name, {n_out, n_words});
    const Table table = tableOf(checkpoint, shape, scheme);
    const TensorView& scales = storedFloats(checkpoint, shape.name + ".weight_scale", table.shape);

    StoredLayer layer;
    layer.bits = bits;
    layer.scale_type = scales.dtype;
    readZeros(layer, checkpoint, shape, scheme, table, rows);
    readGroups(layer, checkpoint, shape, scheme);
    if (rows.count == 0) return layer;

    layer.codes.resize(rows.count, n_in);
    parallelFor(rows.count, 16, [&](Index first, Index last) {
        for (Index row = first; row < last; ++row) {
            const auto word = [&](Index w) { return packed[(rows.first + row) * n_words + w]; };
            for (Index k = 0; k < n_in; ++k) layer.codes(row, k) = static_cast<std::uint8_t>(bitField(word, k, bits, packing));
        }
    });
    packed.finish();
    layer.scale = scalesOf(scales, table, rows);
    return layer;
}

StoredLayer readIntQuantized(const Checkpoint& checkpoint, const StoredShape& shape, const LayerScheme& scheme, RowRange rows) {
    const Index n_out = shape.out_features;
    const Index n_in = shape.in_features;
    const std::string name = shape.name + ".weight";
    const StoredElements<std::int8_t> weight(storedTensor(checkpoint, name, DType::I8, {n_out, n_in}));
    const Table table = tableOf(checkpoint, shape, scheme);
    const TensorView& scales = storedFloats(checkpoint, shape.name + ".weight_scale", table.shape);

    StoredLayer layer;
    layer.bits = scheme.bits;
    layer.scale_type = scales.dtype;
    readZeros(layer, checkpoint, shape, scheme, table, rows);
    readGroups(layer, checkpoint, shape, scheme);
    layer.activations = scheme.activations;
    if (scheme.activations == ActivationScale::PerTensor) {
        const TensorView& input_scale = storedFloats(checkpoint, shape.name + ".input_scale", {1});
        layer.input_scale = toFloats(input_scale)[0];
    }
    if (rows.count == 0) return layer;

    const int middle = 1 << (scheme.bits - 1);
    layer.codes.resize(rows.count, n_in);
    for (Index row = 0; row < rows.count; ++row) {
        for (Index k = 0; k < n_in; ++k) {
            const int code = weight[(rows.first + row) * n_in + k] + middle;
            if (code < 0 || code >= 2 * middle) {
                failStored(name, "row " + std::to_string(rows.first + row) + ", column " + std::to_string(k) + ": expected " +
                                     std::to_string(-middle) + " … " + std::to_string(middle - 1) + " (num_bits " +
                                     std::to_string(scheme.bits) + "), found " + std::to_string(code - middle));
            }
            layer.codes(row, k) = static_cast<std::uint8_t>(code);
        }
    }
    weight.finish();
    layer.scale = scalesOf(scales, table, rows);
    return layer;
}

}  // namespace salient
