#include "core/model/model.h"

#include <algorithm>

#include "core/error.h"
#include "core/io/contained_path.h"
#include "core/io/json_file.h"
#include "core/io/pickle.h"
#include "core/model/family_json.h"
#include "core/model/gguf/open.h"
#include "core/model/packed/packed_model.h"
#include "core/model/tensor_plan.h"
#include "core/tensor/shape_text.h"
#include "core/tokenizer/limits.h"

namespace salient {

namespace {

bool isFloat(DType type) { return type == DType::F32 || type == DType::F16 || type == DType::BF16 || type == DType::F64; }

std::string findPrefix(const Checkpoint& checkpoint, const Family& family) {
    std::string tried;
    for (const std::string& prefix : family.prefixes) {
        const std::string tensor = prefix + family.embedding + ".weight";
        if (checkpoint.contains(tensor)) return prefix;
        tried += (tried.empty() ? "" : " or ") + tensor;
    }
    throw Error(ErrorCode::Format, "openModel: " + checkpoint.directory().string() + ": expected a tensor " + tried + " of a " +
                                       family.model_type + " model, found none");
}

/// Says more where a matrix is there in a packed form that nothing describes, or one of a method that is not the config's.
std::string whatIsThere(const Checkpoint& checkpoint, const std::string& weight) {
    const std::string module = weight.substr(0, weight.rfind('.'));
    for (const char* part : {".qweight", ".weight_packed"}) {
        if (checkpoint.contains(module + part))
            return "found '" + module + part + "', which no quantization config in config.json or quantize_config.json describes";
    }
    return "found none";
}

void checkTensors(const Checkpoint& checkpoint, const std::vector<PlannedTensor>& plan, bool leave_packed) {
    for (const PlannedTensor& planned : plan) {
        const bool may_be_quantized = leave_packed && planned.shape.size() == 2;
        if (!checkpoint.contains(planned.name)) {
            if (may_be_quantized) continue;
            throw Error(ErrorCode::Format, "openModel: " + checkpoint.directory().string() + ": expected a tensor '" + planned.name + "' " +
                                               shapeText(planned.shape) + ", " + whatIsThere(checkpoint, planned.name));
        }
        const TensorView& found = checkpoint.tensor(planned.name);
        if (!isFloat(found.dtype)) {
            if (may_be_quantized) continue;
            throw Error(ErrorCode::Unsupported, "openModel: tensor '" + planned.name +
                                                    "': expected elements F32, F16, BF16 or F64, found " + std::string(name(found.dtype)));
        }
        if (found.shape != planned.shape) {
            throw Error(ErrorCode::ShapeMismatch, "openModel: tensor '" + planned.name + "': expected shape " + shapeText(planned.shape) +
                                                      " by config.json, found " + shapeText(found.shape));
        }
    }
}

/// Parts beside a text model are copied as they are and declared to be in floating point: packed ones would be neither.
void refusePackedParts(const Checkpoint& checkpoint, const Family& family) {
    if (!family.hasOtherParts()) return;
    for (const auto& [name, tensor] : checkpoint.tensors()) {
        const bool is_packed =
            name.ends_with(".qweight") || name.ends_with(".weight_packed") || (name.ends_with(".weight") && !isFloat(tensor.dtype));
        if (!is_packed || !family.isOtherPart(name)) continue;
        throw Error(ErrorCode::Unsupported, "openModel: tensor '" + name +
                                                "': expected floating-point weights in the parts beside the text model, found a packed "
                                                "layer: start from the model in floating point");
    }
}

std::shared_ptr<const Tokenizer> openTokenizer(const std::filesystem::path& directory) {
    const auto has = [&](const char* file) { return holdsFile(directory, file); };
    const bool in_two_files = has("vocab.json") && has("merges.txt");
    if (!has("tokenizer.json") && !has("tokenizer.model") && !in_two_files) return nullptr;
    return Tokenizer::open(directory);
}

/// Nothing for a file that is broken: a tokenizer.json may be beside it, and an export that needs it refuses it by its own name.
std::optional<SentencePieceRewriting> readRewriting(const Model& model) {
    constexpr const char* kFile = "tokenizer.model";
    if (!model.tokenizer) return std::nullopt;
    try {
        if (const auto own = model.companion_files.find(kFile); own != model.companion_files.end())
            return sentencePieceRewriting(own->second);
        if (!holdsFile(model.directory, kFile)) return std::nullopt;
        return sentencePieceRewriting(readText(containedPath(model.directory, kFile), tokenizer_limits::kMaxSentencePieceBytes));
    } catch (const Error&) {
        return std::nullopt;
    }
}

bool endsWithModule(std::string_view full, std::string_view ending) {
    if (full.size() == ending.size()) return full == ending;
    return full.ends_with(ending) && full[full.size() - ending.size() - 1] == '.';
}

std::size_t commonEnding(std::string_view a, std::string_view b) {
    const auto [end, unused] = std::mismatch(a.rbegin(), a.rend(), b.rbegin(), b.rend());
    return static_cast<std::size_t>(end - a.rbegin());
}

}  // namespace

std::vector<LinearInfo> listLinears(const Model& model) {
    std::map<LinearKey, int> group_of;
    for (std::size_t group = 0; group < model.groups.size(); ++group) {
        for (const LinearKey& key : model.groups[group].members) group_of[key] = static_cast<int>(group);
    }
    std::vector<LinearInfo> linears;
    for (int block = 0; block < model.config.n_blocks; ++block) {
        for (BlockLinear& linear : linearsOf(model.config, model.name_prefix, block)) {
            LinearInfo& info = linears.emplace_back();
            info.block = block;
            info.role = linear.key.role;
            info.expert = linear.key.expert;
            info.group = group_of.at(linear.key);
            info.name = std::move(linear.name);
            info.out_features = linear.out_features;
            info.in_features = linear.in_features;
            info.has_bias = linear.has_bias;
            const std::string weight = info.name + ".weight";
            if (!model.checkpoint->contains(weight)) continue;
            const TensorView& tensor = model.checkpoint->tensor(weight);
            info.stored = tensor.dtype;
            info.stored_name = tensor.storedName();
            const bool is_packed = model.packed && model.packed->layers.contains(info.name);
            info.stored_bytes = is_packed ? model.packed->sizeBytes(info.name) : static_cast<std::int64_t>(tensor.bytes.size());
        }
    }
    return linears;
}

namespace {

/// The GGUF file that a path means: itself, or the only one in a directory without config.json. Empty: none.
std::filesystem::path ggufFileOf(const std::filesystem::path& path) {
    std::error_code error;
    if (std::filesystem::is_regular_file(path, error)) {
        refusePickle(path);
        if (isGguf(path)) return path;
        throw Error(ErrorCode::Unsupported,
                    "openModel: " + path.string() + ": expected a model directory or a GGUF file, found another file");
    }
    if (!std::filesystem::is_directory(path, error) || holdsFile(path, "config.json")) return {};
    std::vector<std::string> files;
    for (const std::string& name : namesIn(path)) {
        if (std::filesystem::path(name).extension() == ".gguf") files.push_back(name);
    }
    if (files.size() > 1) {
        throw Error(ErrorCode::Io, "openModel: " + path.string() + ": expected config.json or one GGUF file, found " +
                                       std::to_string(files.size()) + " of them; open one of the files, " + files.front() + " say");
    }
    return files.empty() ? std::filesystem::path() : containedPath(path, files.front());
}

std::shared_ptr<Model> openDirectory(const std::filesystem::path& directory, bool leave_packed) {
    const std::filesystem::path config_file = containedPath(directory, "config.json");
    const Json json = readJson(config_file);
    auto model = std::make_shared<Model>();
    model->directory = directory;
    model->config = ModelConfig::parse(json, config_file.string(), describedFamily(directory));
    StoredScheme scheme;
    if (!leave_packed) scheme = readScheme(directory);
    model->checkpoint = std::make_shared<const Checkpoint>(Checkpoint::open(directory));
    model->name_prefix = findPrefix(*model->checkpoint, *model->config.family);
    const std::vector<PlannedTensor> plan = plannedTensors(model->config, model->name_prefix);
    if (scheme.kind != StoredScheme::Kind::Float) {
        const bool is_transposed = model->config.family->weights_transposed;
        model->packed = findPacked(*model->checkpoint, std::move(scheme), plan, is_transposed);
        model->checkpoint = std::make_shared<const Checkpoint>(unpackedCheckpoint(model->packed, plan, is_transposed));
    }
    checkTensors(*model->checkpoint, plan, leave_packed);
    if (!leave_packed) refusePackedParts(*model->checkpoint, *model->config.family);
    model->tokenizer = openTokenizer(directory);
    return model;
}

}  // namespace

std::shared_ptr<const Model> Model::open(const std::filesystem::path& path, bool leave_packed) {
    const std::filesystem::path gguf_file = ggufFileOf(path);
    const std::shared_ptr<Model> model = gguf_file.empty() ? openDirectory(path, leave_packed) : gguf::open(gguf_file);
    model->rewriting = readRewriting(*model);
    model->groups = inputGroups(model->config, model->name_prefix);
    model->linears = listLinears(*model);
    for (std::size_t i = 0; i < model->linears.size(); ++i) model->linear_places.emplace(model->linears[i].name, i);
    return model;
}

std::span<const LinearInfo> Model::linearsOf(int block) const {
    const auto first = std::ranges::lower_bound(linears, block, {}, &LinearInfo::block);
    return {first, std::ranges::upper_bound(linears, block, {}, &LinearInfo::block)};
}

bool Model::hasGroup(int block, int group) const {
    switch (groups[static_cast<std::size_t>(group)].blocks) {
        case InputGroup::Blocks::All:
            return true;
        case InputGroup::Blocks::WithMlp:
            return !config.hasExperts(block);
        case InputGroup::Blocks::WithExperts:
            return config.hasExperts(block);
    }
    return true;
}

const LinearInfo& Model::linear(std::string_view wanted) const {
    if (const auto place = linear_places.find(wanted); place != linear_places.end()) return linears[place->second];
    const LinearInfo* found = nullptr;
    for (const LinearInfo& info : linears) {
        if (info.name == wanted) return info;
        if (wanted.empty() || !endsWithModule(info.name, wanted)) continue;
        if (found != nullptr) {
            throw Error(ErrorCode::InvalidOption, "findLayer: '" + std::string(wanted) +
                                                      "': expected the name of one layer, found several: " + found->name + ", " +
                                                      info.name + ", …");
        }
        found = &info;
    }
    if (found != nullptr) return *found;

    std::vector<const LinearInfo*> similar;
    for (const LinearInfo& info : linears) similar.push_back(&info);
    std::stable_sort(similar.begin(), similar.end(), [&](const LinearInfo* a, const LinearInfo* b) {
        return commonEnding(a->name, wanted) > commonEnding(b->name, wanted);
    });
    constexpr std::size_t kSuggestions = 3;
    std::string names;
    for (std::size_t i = 0; i < std::min(kSuggestions, similar.size()); ++i) names += (i > 0 ? ", " : "") + similar[i]->name;
    throw Error(ErrorCode::InvalidOption,
                "findLayer: '" + std::string(wanted) + "': expected a layer such as " + names + ", found no such layer");
}

std::string Model::moduleName(std::string_view fact, int block) const { return fillName(name_prefix, fact, block); }

const std::string& Model::headModule() const { return config.family->headName(name_prefix); }

std::string Model::headTensor() const {
    return (config.tie_word_embeddings ? moduleName(config.family->embedding) : headModule()) + ".weight";
}

const Tokenizer& Model::requireTokenizer() const {
    if (!tokenizer) {
        const std::string reason =
            tokenizer_obstacle.empty()
                ? "expected tokenizer.json, tokenizer.model, vocab.json with merges.txt, or a GGUF file's own tokenizer, found none"
                : tokenizer_obstacle;
        throw Error(ErrorCode::Unsupported, "openTokenizer: " + directory.string() + ": " + reason + ": text cannot be read");
    }
    return *tokenizer;
}

std::string Model::quantization() const {
    if (packed) return packed->description();
    std::map<std::string_view, int> types;  // of GGUF: those that are no floats begin with a Q
    for (const LinearInfo& linear : linears) {
        if (linear.stored_name.starts_with('Q')) ++types[linear.stored_name];
    }
    std::string text;
    for (const auto& [type, count] : types) {
        text += (text.empty() ? "GGUF " : ", ") + std::string(type) + " (" + std::to_string(count) + (count == 1 ? " layer)" : " layers)");
    }
    return text;
}

std::int64_t Model::parameterCount() const {
    std::int64_t total = 0;
    for (const PlannedTensor& tensor : plannedTensors(config, name_prefix)) {
        std::int64_t count = 1;
        for (const std::int64_t extent : tensor.shape) count *= extent;
        total += count;
    }
    return total;
}

}  // namespace salient
