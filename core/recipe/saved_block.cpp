#include "core/recipe/saved_block.h"

#include <map>
#include <set>

#include "core/kernels/convert.h"
#include "core/quant/quantize_block.h"
#include "core/recipe/packed_codes.h"
#include "core/recipe/saved_numbers.h"

namespace salient {

namespace {

const std::string kFormat = "salient-block 2";

/// The small tensors that scales can be folded into in one block, and their lengths: norms, and biases of layers.
std::map<std::string, Index> foldable(const Model& model, int block) {
    std::map<std::string, Index> sizes;
    for (const InputGroup& group : model.groups) {
        if (group.absorber.kind != Absorber::Kind::Norm) continue;
        const std::string name = absorberName(group.absorber, block);
        sizes[name + ".weight"] = group.in_features;
        sizes[name + ".bias"] = group.in_features;
    }
    for (const LinearInfo& linear : model.linearsOf(block)) {
        if (linear.has_bias) sizes[linear.name + ".bias"] = linear.out_features;
    }
    return sizes;
}

void addLayer(TensorsToSave& tensors, const QuantizedLinear& linear) {
    const QuantizedTensor& q = linear.tensor;
    const std::string& name = linear.name;
    const int bits = q.spec.bits;
    tensors.add(name + ".codes", DType::U8, {q.codes.rows(), packedRowBytes(q.codes.cols(), bits)},
                [&q, bits] { return packCodes(q.codes, bits); });
    tensors.addMatrix(name + ".scale", q.scale);
    tensors.addMatrix(name + ".zero", q.zero);
    tensors.addValues(name + ".group_index", DType::I32, {static_cast<std::int64_t>(q.group_index.size())}, q.group_index.data(),
                      q.group_index.size());
    if (!linear.channel_scale.empty()) tensors.addFloats(name + ".channel_scale", linear.channel_scale);
    if (!linear.input_power.empty()) tensors.addFloats(name + ".input_power", linear.input_power);
    if (!linear.row_scale.empty()) tensors.addFloats(name + ".row_scale", linear.row_scale);
    if (!linear.bias.empty()) tensors.addFloats(name + ".bias", linear.bias);
}

}  // namespace

void addBlock(TensorsToSave& tensors, const QuantizedBlock& block, const MethodSpec& method) {
    for (const QuantizedLinear& linear : block.linears) {
        const MethodSpec own = methodFor(method, linear.name);
        if (linear.tensor.spec != own.grid || linear.activations != own.activations) {
            throw Error(ErrorCode::InvalidOption,
                        "session: layer '" + linear.name + "': expected the grid that its method names, found another");
        }
        addLayer(tensors, linear);
    }
    for (const auto& [name, values] : block.replaced) tensors.addFloats("replaced/" + name, values);
    for (const auto& [name, values] : block.kept) tensors.addMatrix("kept/" + name, values);
}

void describeBlocks(Json& document, std::span<const QuantizedBlock> blocks) {
    document["layers"] = Json::array();
    document["input_scales"] = Json::array();
    for (const QuantizedBlock& block : blocks) {
        for (const QuantizedLinear& linear : block.linears) {
            document["layers"].push_back(savedLayerReport(linear.report));
            document["input_scales"].push_back(linear.input_scale);
        }
    }
}

std::vector<LayerReport> readLayerReports(JsonObject& document, const Model& model, const SavedTensors& file) {
    std::vector<LayerReport> reports;
    const Json* layers = document.find("layers");
    if (layers == nullptr) return reports;
    std::set<std::size_t> seen;
    for (const Json& item : requireList(*layers, "layers", file.origin(), model.linears.size())) {
        const std::string where = "layers[" + std::to_string(reports.size()) + "]";
        JsonObject part(item, where, file.origin());
        LayerReport report = readLayerReport(part);
        part.finish();
        const auto place = model.linear_places.find(report.name);
        if (place == model.linear_places.end() || !seen.insert(place->second).second)  // each once
            file.fail(where + ": expected a layer of the model, found '" + report.name + "'");
        const LinearInfo& layer = model.linears[place->second];
        if (report.out_features != layer.out_features || report.in_features != layer.in_features) {
            file.fail(where + ": expected the shape of '" + report.name + "', found another");
        }
        reports.push_back(std::move(report));
    }
    return reports;
}

std::optional<std::vector<double>> readInputScales(JsonObject& document, std::size_t n_layers, const SavedTensors& file) {
    const Json* scales = document.find("input_scales");
    if (scales == nullptr) return std::nullopt;
    std::vector<double> values;
    for (const Json& scale : requireList(*scales, "input_scales", file.origin(), n_layers)) {
        if (!scale.is_number()) document.refuse("input_scales", "numbers", scale);
        values.push_back(scale.get<double>());
    }
    if (values.size() != n_layers) {
        file.fail("input_scales: expected " + std::to_string(n_layers) + ", found " + std::to_string(values.size()));
    }
    return values;
}

QuantizedBlock SavedBlockReader::read(int block, JobContext& job) {
    std::map<std::string, const LinearInfo*> expected;
    const BlockLayers layers = blockLayers(model_, block, method_);
    for (std::size_t i = 0; i < layers.all.size(); ++i) {
        if (!layers.is_kept[i]) expected[layers.all[i]->name] = layers.all[i];
    }
    QuantizedBlock result;
    result.block = block;
    for (; !expected.empty(); ++next_) {
        if (next_ == layers_.size()) file_.fail("layers: expected '" + expected.begin()->first + "', found the end of the list");
        const LayerReport& report = layers_[next_];
        const auto info = expected.find(report.name);
        if (info == expected.end()) {
            file_.fail("layers[" + std::to_string(next_) + "]: expected a layer of block " + std::to_string(block) +
                       " that the method rounds, found '" + report.name + "'");
        }
        job.checkpoint({"opening the session", static_cast<std::int64_t>(next_), static_cast<std::int64_t>(layers_.size()), report.name});
        result.linears.push_back(readLayer(*info->second, report, input_scales_[next_]));
        expected.erase(info);
    }
    for (const auto& [name, size] : foldable(model_, block)) {
        if (auto values = readOptional("replaced/" + name, size); !values.empty()) result.replaced[name] = std::move(values);
    }
    for (std::size_t i = 0; i < layers.all.size(); ++i) {
        const LinearInfo& info = *layers.all[i];
        const std::string name = "kept/" + info.name;
        if (!layers.is_kept[i] || !file_.contains(name)) continue;
        result.kept[info.name] = readFinite(name, info.out_features, info.in_features);
    }
    return result;
}

void SavedBlockReader::finish() const {
    if (next_ != layers_.size()) file_.fail("layers: expected " + std::to_string(next_) + ", found " + std::to_string(layers_.size()));
    file_.finish();
}

std::vector<float> SavedBlockReader::readOptional(const std::string& name, Index count) {
    if (!file_.contains(name)) return {};
    std::vector<float> values = file_.takeFloats(name, count);
    requireFinite(name, values);
    return values;
}

void SavedBlockReader::requireFinite(const std::string& name, std::span<const float> values) const {
    const Index bad = firstNonFinite(values);
    if (bad >= 0) file_.fail("tensor '" + name + "': expected finite numbers, found one that is not at " + std::to_string(bad));
}

Matrix SavedBlockReader::readFinite(const std::string& name, Index rows, Index cols) {
    Matrix values = file_.takeMatrix(name, rows, cols);
    requireFinite(name, {values.data(), static_cast<std::size_t>(values.size())});
    return values;
}

QuantizedLinear SavedBlockReader::readLayer(const LinearInfo& info, const LayerReport& report, double input_scale) {
    const MethodSpec method = methodFor(method_, info.name);
    const Index groups = method.grid.groupCount(info.in_features);
    QuantizedLinear linear;
    linear.name = info.name;
    linear.report = report;
    linear.activations = method.activations;
    linear.input_scale = static_cast<float>(input_scale);
    QuantizedTensor& q = linear.tensor;
    q.spec = method.grid;
    q.counts = report.grids;
    const auto packed =
        file_.take<std::byte>(info.name + ".codes", DType::U8, {info.out_features, packedRowBytes(info.in_features, q.spec.bits)});
    q.codes = unpackCodes(packed, info.out_features, info.in_features, q.spec.bits);
    q.scale = readFinite(info.name + ".scale", info.out_features, groups);
    q.zero = readFinite(info.name + ".zero", info.out_features, groups);
    q.group_index = file_.take<std::int32_t>(info.name + ".group_index", DType::I32, {info.in_features});
    for (const std::int32_t group : q.group_index) {
        if (group < 0 || group >= groups) {
            file_.fail("tensor '" + info.name + ".group_index': expected groups 0 to " + std::to_string(groups - 1) + ", found " +
                       std::to_string(group));
        }
    }
    linear.channel_scale = readOptional(info.name + ".channel_scale", info.in_features);
    linear.input_power = readOptional(info.name + ".input_power", info.in_features);
    linear.row_scale = readOptional(info.name + ".row_scale", info.out_features);
    linear.bias = readOptional(info.name + ".bias", info.out_features);
    return linear;
}

void saveQuantizedBlock(const QuantizedBlock& block, const MethodSpec& method, const std::filesystem::path& file, JobContext& job) {
    TensorsToSave tensors;
    addBlock(tensors, block, method);
    Json document = {{"block", block.block}};
    describeBlocks(document, std::span(&block, 1));
    tensors.write(file, kFormat, document, job);
}

QuantizedBlock loadQuantizedBlock(const std::filesystem::path& path, const Model& model, const MethodSpec& method, int block,
                                  JobContext& job) {
    SavedTensors file(path, kFormat);
    JsonObject document(file.document(), "", file.origin());
    Index found = -1;
    readCount(document, "block", found);
    if (found != block) file.fail("block: expected " + std::to_string(block) + ", found " + std::to_string(found));
    const std::vector<LayerReport> layers = readLayerReports(document, model, file);
    const std::optional<std::vector<double>> input_scales = readInputScales(document, layers.size(), file);
    document.finish();
    if (!input_scales) file.fail("input_scales: expected one for each layer, found none");
    SavedBlockReader reader(file, model, method, layers, *input_scales);
    QuantizedBlock result = reader.read(block, job);
    reader.finish();
    return result;
}

}  // namespace salient
