#include "core/recipe/saved_calibration.h"

#include <cmath>

#include "core/kernels/convert.h"
#include "core/recipe/model_identity.h"
#include "core/recipe/saved_numbers.h"
#include "core/recipe/saved_tensors.h"

namespace salient {

namespace {

const std::string kFormat = "salient-calibration 3";
const std::string kBlockFormat = "salient-block-statistics 2";
const std::vector<std::string> kComputes = {"float32", "bfloat16"};
const std::vector<std::string> kWindowChoices = {"random", "stream", "bos-windows"};

template <typename T>
void addVector(TensorsToSave& tensors, const std::string& name, DType dtype, const std::vector<T>& values) {
    tensors.addValues(name, dtype, {static_cast<std::int64_t>(values.size())}, values.data(), values.size());
}

std::string groupName(int block, int group) { return std::to_string(block) + "." + std::to_string(group) + "."; }

/// The groups of a block, those of others left out.
std::vector<int> groupsOf(const Model& model, int block) {
    std::vector<int> groups;
    for (int group = 0; group < static_cast<int>(model.groups.size()); ++group) {
        if (model.hasGroup(block, group)) groups.push_back(group);
    }
    return groups;
}

Json tokenCounts(const InputStatistics& input) {
    return {{"tokens", input.channels.n_tokens},
            {"passed", input.passed_tokens},
            {"reached", input.reached_tokens},
            {"stand_in", input.is_stand_in}};
}

/// How many tokens each input's statistics are of; checked against those of the samples.
void readTokenCounts(const Json& value, const std::string& path, const std::string& origin, Index n_tokens, InputStatistics& input) {
    JsonObject object(value, path, origin);
    readCount(object, "tokens", input.channels.n_tokens);
    readCount(object, "passed", input.passed_tokens);
    readCount(object, "reached", input.reached_tokens);
    object.read("stand_in", input.is_stand_in);
    object.finish();
    if (input.passed_tokens > n_tokens) object.refuse("passed", "at most " + std::to_string(n_tokens), input.passed_tokens);
    if (input.reached_tokens > n_tokens) object.refuse("reached", "at most " + std::to_string(n_tokens), input.reached_tokens);
    if (input.channels.n_tokens < 1) object.refuse("tokens", "at least 1", input.channels.n_tokens);
}

void addChannels(TensorsToSave& tensors, const std::string& name, const ChannelStatistics& channels) {
    addVector(tensors, name + "min", DType::F32, channels.min);
    addVector(tensors, name + "max", DType::F32, channels.max);
    addVector(tensors, name + "max_abs", DType::F32, channels.max_abs);
    addVector(tensors, name + "sum_abs", DType::F64, channels.sum_abs);
    addVector(tensors, name + "sum_squares", DType::F64, channels.sum_squares);
    addVector(tensors, name + "max_abs_token", DType::I64, channels.max_abs_token);
    tensors.addValues(name + "histogram", DType::I32,
                      {static_cast<std::int64_t>(channels.histogram.size()), std::int64_t{ChannelStatistics::kBins}},
                      channels.histogram.data(), channels.histogram.size());
}

template <typename T>
std::vector<T> finite(SavedTensors& file, const std::string& name, DType dtype, Index count) {
    std::vector<T> values = file.take<T>(name, dtype, {count});
    for (const T value : values) {
        if (!std::isfinite(value)) file.fail("tensor '" + name + "': expected finite numbers, found " + std::to_string(value));
    }
    return values;
}

void readChannels(SavedTensors& file, const std::string& name, Index in_features, Index n_tokens, ChannelStatistics& channels) {
    channels.min = finite<float>(file, name + "min", DType::F32, in_features);
    channels.max = finite<float>(file, name + "max", DType::F32, in_features);
    channels.max_abs = finite<float>(file, name + "max_abs", DType::F32, in_features);
    channels.sum_abs = finite<double>(file, name + "sum_abs", DType::F64, in_features);
    channels.sum_squares = finite<double>(file, name + "sum_squares", DType::F64, in_features);
    channels.max_abs_token = file.take<Index>(name + "max_abs_token", DType::I64, {in_features});
    for (const Index token : channels.max_abs_token) {
        if (token < 0 || token >= n_tokens) {
            file.fail("tensor '" + name + "max_abs_token': expected tokens below " + std::to_string(n_tokens) + ", found " +
                      std::to_string(token));
        }
    }
    channels.histogram = file.take<std::array<std::uint32_t, ChannelStatistics::kBins>>(
        name + "histogram", DType::I32, {in_features, std::int64_t{ChannelStatistics::kBins}});
}

/// Reads inputs one after another, with their token counts ("inputs" of the document).
class InputReader {
public:
    InputReader(SavedTensors& file, JsonObject& document, Index n_tokens) : file_(file), n_tokens_(n_tokens) {
        const Json* found = document.find("inputs");
        if (found == nullptr || !found->is_array()) file.fail("inputs: expected a list of token counts");
        counts_ = *found;
    }

    InputStatistics read(const std::string& name, Index in_features) {
        if (next_ == counts_.size()) file_.fail("inputs: expected token counts of '" + name + "', found the end of the list");
        InputStatistics input;
        readTokenCounts(counts_[next_], "inputs[" + std::to_string(next_) + "]", file_.origin(), n_tokens_, input);
        ++next_;
        readChannels(file_, name, in_features, n_tokens_, input.channels);
        input.hessian = readHessian(name + "hessian", in_features);
        input.clip_hessian = readHessian(name + "clip_hessian", in_features);
        return input;
    }

    void finish() const {
        if (next_ != counts_.size()) {
            file_.fail("inputs: expected a list of " + std::to_string(next_) + " token counts, found " + std::to_string(counts_.size()));
        }
    }

private:
    Matrix readHessian(const std::string& tensor, Index in_features) {
        if (!file_.contains(tensor)) return {};
        Matrix hessian = file_.takeMatrix(tensor, in_features, in_features);
        if (firstNonFinite({hessian.data(), static_cast<std::size_t>(hessian.size())}) >= 0) {
            file_.fail("tensor '" + tensor + "': expected finite numbers, found one that is not");
        }
        return hessian;
    }

    SavedTensors& file_;
    Index n_tokens_;
    Json counts_;
    std::size_t next_ = 0;
};

Samples readSamples(SavedTensors& file, JsonObject& object, const Model& model) {
    Samples samples;
    object.read("n_samples", samples.spec.n_samples);
    object.read("spec_seq_len", samples.spec.seq_len);
    object.read("seed", samples.spec.seed);
    std::size_t choice = 0;
    object.readName("windows", kWindowChoices, choice);
    samples.spec.choice = static_cast<SampleSpec::Choice>(choice);
    readCount(object, "seq_len", samples.windows.seq_len, 1);
    readCount(object, "stream_tokens", samples.stream_tokens);
    Index n_ids = 0;
    readCount(object, "n_tokens", n_ids);
    if (samples.windows.seq_len < 1 || n_ids < 1 || n_ids % samples.windows.seq_len != 0) {
        file.fail("n_tokens: expected whole windows of " + std::to_string(samples.windows.seq_len) + " tokens, found " +
                  std::to_string(n_ids));
    }
    samples.windows.ids = file.take<TokenId>("ids", DType::I32, {n_ids});
    for (const TokenId id : samples.windows.ids) {
        if (id < 0 || id >= model.config.vocabulary_size) {
            file.fail("tensor 'ids': expected tokens below " + std::to_string(model.config.vocabulary_size) + ", found " +
                      std::to_string(id));
        }
    }
    Index n_first = 0;
    readCount(object, "n_first_tokens", n_first);
    if (n_first != 0 && n_first != samples.windows.count()) {
        file.fail("n_first_tokens: expected " + std::to_string(samples.windows.count()) + ", found " + std::to_string(n_first));
    }
    samples.first_token = file.take<Index>("first_token", DType::I64, {n_first});
    return samples;
}

}  // namespace

void saveCalibration(const Calibration& calibration, const std::filesystem::path& file, std::int64_t hessian_budget_bytes,
                     JobContext& job) {
    const Samples& samples = calibration.samples;
    TensorsToSave tensors;
    addVector(tensors, "ids", DType::I32, samples.windows.ids);
    addVector(tensors, "first_token", DType::I64, samples.first_token);
    std::int64_t kept = 0;
    const auto add_hessian = [&](const std::string& name, const Matrix& hessian) {
        const std::int64_t bytes = std::int64_t{hessian.size()} * std::int64_t{sizeof(float)};
        if (bytes == 0 || kept + bytes > hessian_budget_bytes) return;
        kept += bytes;
        tensors.addMatrix(name, hessian);
    };
    Json inputs = Json::array();
    for (int block = 0; block < calibration.model->config.n_blocks; ++block) {
        for (const int group : groupsOf(*calibration.model, block)) {
            const InputStatistics& input = calibration.of(block, group);
            const std::string name = groupName(block, group);
            inputs.push_back(tokenCounts(input));
            addChannels(tensors, name, input.channels);
            add_hessian(name + "hessian", input.hessian);
            add_hessian(name + "clip_hessian", input.clip_hessian);
        }
    }
    const Json document = {{"weights", identityOf(*calibration.model).weights},
                           {"n_samples", samples.spec.n_samples},
                           {"spec_seq_len", samples.spec.seq_len},
                           {"seed", samples.spec.seed},
                           {"windows", kWindowChoices[static_cast<std::size_t>(samples.spec.choice)]},
                           {"seq_len", samples.windows.seq_len},
                           {"n_tokens", samples.windows.ids.size()},
                           {"n_first_tokens", samples.first_token.size()},
                           {"stream_tokens", samples.stream_tokens},
                           {"inputs", std::move(inputs)},
                           {"compute", kComputes[static_cast<std::size_t>(calibration.compute)]},
                           {"seconds", savedNumber(calibration.seconds)}};
    tensors.write(file, kFormat, document, job);
}

Calibration loadCalibration(const std::filesystem::path& path, const std::shared_ptr<const Model>& model, JobContext& job) {
    SavedTensors file(path, kFormat);
    JsonObject object(file.document(), "", file.origin());
    Calibration calibration;
    calibration.model = model;
    std::string weights;
    object.read("weights", weights);
    if (const std::string found = identityOf(*model).weights; weights != found) {
        file.fail("weights: expected a calibration of this model (" + found + "), found one of another ('" + weights + "')");
    }
    calibration.samples = readSamples(file, object, *model);
    std::size_t compute = 0;
    object.readName("compute", kComputes, compute);
    calibration.compute = static_cast<Compute>(compute);
    readNumber(object, "seconds", calibration.seconds);
    InputReader inputs(file, object, static_cast<Index>(calibration.samples.windows.ids.size()));
    object.finish();
    calibration.inputs.resize(static_cast<std::size_t>(model->config.n_blocks) * model->groups.size());
    for (int block = 0; block < model->config.n_blocks; ++block) {
        job.checkpoint({"opening the session", block, model->config.n_blocks});
        for (const int group : groupsOf(*model, block)) {
            const std::size_t place = static_cast<std::size_t>(block) * model->groups.size() + static_cast<std::size_t>(group);
            calibration.inputs[place] = inputs.read(groupName(block, group), model->groups[static_cast<std::size_t>(group)].in_features);
        }
    }
    inputs.finish();
    file.finish();
    return calibration;
}

void saveBlockStatistics(std::span<const InputStatistics> inputs, const Model& model, int block, bool with_hessians,
                         const std::filesystem::path& file, JobContext& job) {
    TensorsToSave tensors;
    Json document = {{"block", block}, {"inputs", Json::array()}};
    for (const int group : groupsOf(model, block)) {
        const InputStatistics& input = inputs[static_cast<std::size_t>(group)];
        const std::string name = groupName(block, group);
        document["inputs"].push_back(tokenCounts(input));
        addChannels(tensors, name, input.channels);
        if (with_hessians && input.hessian.size() > 0) tensors.addMatrix(name + "hessian", input.hessian);
        if (with_hessians && input.clip_hessian.size() > 0) tensors.addMatrix(name + "clip_hessian", input.clip_hessian);
    }
    tensors.write(file, kBlockFormat, document, job);
}

std::vector<InputStatistics> loadBlockStatistics(const std::filesystem::path& path, const Model& model, int block, Index n_tokens) {
    SavedTensors file(path, kBlockFormat);
    JsonObject document(file.document(), "", file.origin());
    Index found = -1;
    readCount(document, "block", found);
    InputReader reader(file, document, n_tokens);
    document.finish();
    if (found != block) file.fail("block: expected " + std::to_string(block) + ", found " + std::to_string(found));
    std::vector<InputStatistics> inputs(model.groups.size());
    for (const int group : groupsOf(model, block)) {
        inputs[static_cast<std::size_t>(group)] =
            reader.read(groupName(block, group), model.groups[static_cast<std::size_t>(group)].in_features);
    }
    reader.finish();
    file.finish();
    return inputs;
}

}  // namespace salient
