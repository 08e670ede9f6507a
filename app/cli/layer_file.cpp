#include "app/cli/layer_file.h"

#include <limits>
#include <span>

#include "core/io/npz.h"
#include "core/io/safetensors.h"
#include "core/kernels/convert.h"

namespace salient::cli {

namespace {

template <typename T>
std::span<const std::byte> bytesOf(const T* data, Index count) {
    return std::as_bytes(std::span(data, static_cast<std::size_t>(count)));
}

/// [product of all extents but the last, last]
Matrix fromSafetensors(const SafetensorsFile& file, const std::string& name) {
    TensorView tensor = file.tensor(name);
    if (tensor.shape.size() > 2) tensor.shape = {tensor.rowCount(), tensor.rowLength()};
    return toMatrix(tensor);
}

Matrix fromNpz(const NpzFile& file, const std::string& name) {
    const auto array = file.arrays().find(name);
    if (array != file.arrays().end() && array->second.shape.size() < 2) {
        throw Error(ErrorCode::ShapeMismatch,
                    "layer: array '" + name + "': expected 2 dimensions or more, found " + std::to_string(array->second.shape.size()));
    }
    Matrix values;
    file.readRows(name, std::numeric_limits<Index>::max(), [&](MatrixView rows, Index) { values = rows; });
    return values;
}

struct TensorPlace {
    std::string file;
    std::string name;
};

TensorPlace placeOf(const std::string& file_and_name) {
    const std::size_t colon = file_and_name.rfind(':');
    if (colon == std::string::npos || colon == 0 || colon + 1 == file_and_name.size()) {
        throw Error(ErrorCode::InvalidOption, "layer: expected FILE.safetensors:NAME or FILE.npz:NAME, found '" + file_and_name + "'");
    }
    return {file_and_name.substr(0, colon), file_and_name.substr(colon + 1)};
}

}  // namespace

LayerTensorShape layerTensorShape(const std::string& file_and_name) {
    const auto [file, name] = placeOf(file_and_name);
    if (!isZip(file)) {
        const SafetensorsFile opened = SafetensorsFile::open(file);
        const TensorView& tensor = opened.tensor(name);
        return {tensor.rowCount(), tensor.rowLength()};
    }
    const NpzFile opened = NpzFile::open(file);
    const auto array = opened.arrays().find(name);
    if (array == opened.arrays().end() || array->second.elementCount() == 0) return {};
    const Index cols = array->second.shape.empty() ? 1 : array->second.shape.back();
    return {array->second.elementCount() / cols, cols};
}

Matrix readLayerTensor(const std::string& file_and_name) {
    const auto [file, name] = placeOf(file_and_name);
    Matrix values = isZip(file) ? fromNpz(NpzFile::open(file), name) : fromSafetensors(SafetensorsFile::open(file), name);
    if (values.size() == 0)
        throw Error(ErrorCode::ShapeMismatch, "layer: " + file_and_name + ": expected a tensor with elements, found none");
    const Index bad = firstNonFinite(std::span(values.data(), static_cast<std::size_t>(values.size())));
    if (bad >= 0) {
        throw Error(ErrorCode::NonFinite, "layer: " + file_and_name + ": expected finite numbers, found " +
                                              std::to_string(values.data()[bad]) + " in row " + std::to_string(bad / values.cols()) +
                                              ", column " + std::to_string(bad % values.cols()));
    }
    return values;
}

void writeLayerFile(const std::filesystem::path& path, const QuantizedLinear& linear, const MethodSpec& method) {
    const QuantizedTensor& tensor = linear.tensor;
    const std::int64_t out = tensor.codes.rows();
    const std::int64_t in = tensor.codes.cols();
    const std::int64_t groups = tensor.scale.cols();
    std::vector<TensorLayout> layout = {{"codes", DType::U8, {out, in}},
                                        {"scale", DType::F32, {out, groups}},
                                        {"zero", DType::F32, {out, groups}},
                                        {"g_idx", DType::I32, {in}},
                                        {"dequantized", DType::F32, {out, in}}};
    const bool is_scaled = method.scaling != Scaling::None;
    if (is_scaled) layout.push_back({"channel_scale", DType::F32, {in}});
    std::map<std::string, std::string> metadata = {{"method", std::string(methodName(method))}, {"dequantized", "scale * (codes - zero)"}};
    if (is_scaled)
        metadata["channel_scale"] =
            "codes and dequantized belong to weight * channel_scale; dequantized / channel_scale stands for the weight";

    SafetensorsWriter writer(path, layout, metadata);
    writer.write("codes", bytesOf(tensor.codes.data(), tensor.codes.size()));
    writer.write("scale", bytesOf(tensor.scale.data(), tensor.scale.size()));
    writer.write("zero", bytesOf(tensor.zero.data(), tensor.zero.size()));
    writer.write("g_idx", bytesOf(tensor.group_index.data(), in));
    const Matrix dequantized = tensor.dequantize();
    writer.write("dequantized", bytesOf(dequantized.data(), dequantized.size()));
    if (is_scaled) {
        std::vector<float> scales = linear.channel_scale;
        scales.resize(static_cast<std::size_t>(in), 1.0F);  // no scale search: all 1
        writer.write("channel_scale", bytesOf(scales.data(), in));
    }
    writer.finish();
}

}  // namespace salient::cli
