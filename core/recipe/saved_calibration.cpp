#include "core/recipe/saved_calibration.h"

#include <cmath>

#include "core/kernels/convert.h"
#include "core/recipe/model_identity.h"
#include "core/recipe/saved_numbers.h"
#include "core/recipe/saved_tensors.h"

namespace salient {

namespace {

const std::string kFormat = "salient-calibration 2";
const std::vector<std::string> kComputes = {"float32", "bfloat16"};
const std::vector<std::string> kWindowChoices = {"random", "stream", "bos-windows"};

template <typename T>
void addVector(TensorsToSave& tensors, const std::string& name, DType dtype, const std::vector<T>& values) {
    tensors.addValues(name, dtype, {static_cast<std::int64_t>(values.size())}, values.data(), values.size());
}

std::string groupName(std::size_t input, std::size_t n_groups) {
    return std::to_string(input / n_groups) + "." + std::to_string(input % n_groups) + ".";
}

/// Whether the block of that input has its group.
bool isInModel(const Model& model, std::size_t input) {
    const std::size_t n_groups = model.groups.size();
    return model.hasGroup(static_cast<int>(input / n_groups), static_cast<int>(input % n_groups));
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
    const std::size_t n_groups = calibration.model->groups.size();
    for (std::size_t i = 0; i < calibration.inputs.size(); ++i) {
        if (!isInModel(*calibration.model, i)) continue;
        const InputStatistics& input = calibration.inputs[i];
        inputs.push_back({{"tokens", input.channels.n_tokens},
                          {"passed", input.passed_tokens},
                          {"reached", input.reached_tokens},
                          {"stand_in", input.is_stand_in}});
        const std::string name = groupName(i, n_groups);
        addChannels(tensors, name, calibration.inputs[i].channels);
        add_hessian(name + "hessian", calibration.inputs[i].hessian);
        add_hessian(name + "clip_hessian", calibration.inputs[i].clip_hessian);
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
    static const Json kNoInputs = Json::array();
    const Json* found_inputs = object.find("inputs");
    const Json& inputs = found_inputs != nullptr ? *found_inputs : kNoInputs;
    object.finish();
    const auto n_tokens = static_cast<Index>(calibration.samples.windows.ids.size());
    const std::size_t n_inputs = static_cast<std::size_t>(model->config.n_blocks) * model->groups.size();
    std::size_t n_found = 0;
    for (std::size_t i = 0; i < n_inputs; ++i) n_found += isInModel(*model, i) ? 1 : 0;
    if (!inputs.is_array() || inputs.size() != n_found)
        file.fail("inputs: expected a list of " + std::to_string(n_found) + " token counts");
    std::size_t next = 0;
    for (std::size_t i = 0; i < n_inputs; ++i) {
        job.checkpoint({"opening the session", static_cast<std::int64_t>(i), static_cast<std::int64_t>(n_inputs)});
        const std::string name = groupName(i, model->groups.size());
        const Index in = model->groups[i % model->groups.size()].in_features;
        InputStatistics& input = calibration.inputs.emplace_back();
        if (!isInModel(*model, i)) continue;
        readTokenCounts(inputs[next], "inputs[" + std::to_string(next) + "]", file.origin(), n_tokens, input);
        ++next;
        readChannels(file, name, in, n_tokens, input.channels);
        const auto read_hessian = [&](const std::string& tensor) {
            Matrix hessian = file.takeMatrix(tensor, in, in);
            if (firstNonFinite({hessian.data(), static_cast<std::size_t>(hessian.size())}) >= 0) {
                file.fail("tensor '" + tensor + "': expected finite numbers, found one that is not");
            }
            return hessian;
        };
        if (file.contains(name + "hessian")) input.hessian = read_hessian(name + "hessian");
        if (file.contains(name + "clip_hessian")) input.clip_hessian = read_hessian(name + "clip_hessian");
    }
    file.finish();
    return calibration;
}

}  // namespace salient
