#include "core/io/json_object.h"
#include "core/recipe/draft_recipe.h"

namespace salient {

namespace {

constexpr int kMostThreads = 1024;
constexpr Index kMostWindows = Index{1} << 20;
constexpr Index kLongestWindow = Index{1} << 20;  // tokens

const std::vector<std::string> kComputes = {"float32", "bfloat16"};
const std::vector<std::string> kWindowChoices = {"random", "stream", "bos-windows"};

void readPath(JsonObject& object, const char* key, const std::filesystem::path& folder, std::filesystem::path& target) {
    std::string text;
    object.read(key, text);
    if (text.empty()) return;
    target = std::filesystem::path(text);
    if (target.is_relative() && !folder.empty()) target = (folder / target).lexically_normal();
}

void readCalibration(const Json& value, const std::filesystem::path& folder, Recipe& recipe) {
    JsonObject object(value, "calibration", "recipe");
    readPath(object, "text", folder, recipe.calibration_text);
    readPath(object, "inputs", folder, recipe.inputs);
    object.read("n_samples", recipe.samples.n_samples);
    object.read("seq_len", recipe.samples.seq_len);
    object.read("seed", recipe.samples.seed);
    auto choice = static_cast<std::size_t>(recipe.samples.choice);
    object.readName("windows", kWindowChoices, choice);
    recipe.samples.choice = static_cast<SampleSpec::Choice>(choice);
    object.finish();
}

void readEvaluation(const Json& value, const std::filesystem::path& folder, Recipe& recipe) {
    JsonObject object(value, "evaluation", "recipe");
    readPath(object, "text", folder, recipe.evaluation_text);
    auto protocol = static_cast<std::size_t>(recipe.perplexity.protocol);
    object.readName("protocol", perplexityProtocolNames(), protocol);
    recipe.perplexity.protocol = static_cast<PerplexityProtocol>(protocol);
    object.read("seq_len", recipe.perplexity.seq_len);
    object.read("max_chars", recipe.perplexity.max_chars);
    object.read("n_windows", recipe.perplexity.n_windows);
    object.finish();
}

RecipeRun readRun(const Json& value, const std::string& path, const std::filesystem::path& folder) {
    JsonObject object(value, path, "recipe");
    RecipeRun run;
    object.read("name", run.name);
    const Json* method = object.find("method");
    if (method == nullptr) throw Error(ErrorCode::Format, "recipe: " + path + ": expected a method, found none");
    run.method = methodFromJson(*method);
    if (run.name.empty()) run.name = methodName(run.method);
    if (const Json* written = object.find("export")) {
        JsonObject target(*written, object.pathOf("export"), "recipe");
        std::size_t format = 0;
        target.readName("format", exportFormatNames(), format);
        run.format = exportFormatFromName(exportFormatNames()[format]);
        readPath(target, "out", folder, run.out);
        auto weights = static_cast<std::size_t>(run.gguf_weights);
        target.readName("weights", ggufWeightsNames(), weights);
        run.gguf_weights = static_cast<GgufWeights>(weights);
        target.finish();
    }
    object.finish();
    return run;
}

Json evaluationJson(const Recipe& recipe) {
    return {{"text", recipe.evaluation_text.string()},
            {"protocol", name(recipe.perplexity.protocol)},
            {"seq_len", recipe.perplexity.seq_len},
            {"max_chars", recipe.perplexity.max_chars},
            {"n_windows", recipe.perplexity.n_windows}};
}

/// Where every value is in its range, whatever is still missing.
void checkValues(const Recipe& recipe) {
    const auto refuse = [](const std::string& what) { throw Error(ErrorCode::InvalidOption, "recipe: " + what); };
    const auto require_at_most = [&refuse](const char* key, Index value, Index most) {
        if (value > most) refuse(std::string(key) + ": expected at most " + std::to_string(most) + ", found " + std::to_string(value));
    };
    if (recipe.threads < 0) refuse("threads: expected 0 (all cores) or more, found " + std::to_string(recipe.threads));
    require_at_most("threads", recipe.threads, kMostThreads);
    require_at_most("calibration.n_samples", recipe.samples.n_samples, kMostWindows);
    require_at_most("calibration.seq_len", recipe.samples.seq_len, kLongestWindow);
    require_at_most("evaluation.seq_len", recipe.perplexity.seq_len, kLongestWindow);
    if (recipe.max_memory_bytes < 0)
        refuse("max_memory_bytes: expected 0 (no limit) or more, found " + std::to_string(recipe.max_memory_bytes));
    SampleSpec checked = recipe.samples;
    if (checked.seq_len == 0) checked.seq_len = 2048;  // the model decides when it is open
    checked.validate();
    if (recipe.perplexity.seq_len < 0 || recipe.perplexity.max_chars < 0 || recipe.perplexity.n_windows < 0) {
        refuse("evaluation: expected seq_len, max_chars and n_windows of 0 or more, found a negative one");
    }
}

/// left_out: null where a run that is none is an error.
Recipe readRecipe(const Json& document, const std::filesystem::path& folder, std::vector<std::string>* left_out) {
    JsonObject object(document, "", "recipe");
    Recipe recipe;
    readPath(object, "model", folder, recipe.model);
    if (const Json* calibration = object.find("calibration")) readCalibration(*calibration, folder, recipe);
    auto compute = static_cast<std::size_t>(recipe.compute);
    object.readName("compute", kComputes, compute);
    recipe.compute = static_cast<Compute>(compute);
    if (const Json* runs = object.find("runs")) {
        if (!runs->is_array())
            throw Error(ErrorCode::Format, "recipe: runs: expected an array of runs, found " + std::string(runs->type_name()));
        if (runs->size() > kMostRuns)
            throw Error(ErrorCode::Format,
                        "recipe: runs: expected at most " + std::to_string(kMostRuns) + ", found " + std::to_string(runs->size()));
        for (std::size_t i = 0; i < runs->size(); ++i) {
            try {
                recipe.runs.push_back(readRun((*runs)[i], "runs[" + std::to_string(i) + "]", folder));
            } catch (const Error& error) {
                if (left_out == nullptr) throw;
                left_out->emplace_back(error.what());
            }
        }
    }
    if (const Json* evaluation = object.find("evaluation")) readEvaluation(*evaluation, folder, recipe);
    readPath(object, "report", folder, recipe.report);
    object.read("threads", recipe.threads);
    object.read("max_memory_bytes", recipe.max_memory_bytes);
    object.finish();
    checkValues(recipe);
    return recipe;
}

}  // namespace

Recipe recipeFromJson(const Json& document, const std::filesystem::path& folder) {
    Recipe recipe = readRecipe(document, folder, nullptr);
    recipe.validate();
    return recipe;
}

DraftRecipe draftRecipeFromJson(const Json& document) {
    DraftRecipe draft;
    draft.recipe = readRecipe(document, {}, &draft.left_out);
    return draft;
}

Json draftToJson(const Recipe& recipe) {
    Json json = toJson(recipe);
    json["evaluation"] = evaluationJson(recipe);  // its protocol counts before a text is chosen
    return json;
}

Json toJson(const Recipe& recipe) {
    Json json = {{"model", recipe.model.string()},
                 {"calibration",
                  {{"text", recipe.calibration_text.string()},
                   {"n_samples", recipe.samples.n_samples},
                   {"seq_len", recipe.samples.seq_len},
                   {"seed", recipe.samples.seed},
                   {"windows", kWindowChoices[static_cast<std::size_t>(recipe.samples.choice)]}}},
                 {"compute", kComputes[static_cast<std::size_t>(recipe.compute)]},
                 {"runs", Json::array()}};
    if (!recipe.inputs.empty()) json["calibration"]["inputs"] = recipe.inputs.string();
    for (const RecipeRun& run : recipe.runs) {
        Json item = {{"name", run.name}, {"method", toJson(run.method)}};
        if (run.format) item["export"] = {{"format", name(*run.format)}, {"out", run.out.string()}};
        if (run.format == ExportFormat::Gguf) item["export"]["weights"] = name(run.gguf_weights);
        json["runs"].push_back(std::move(item));
    }
    if (!recipe.evaluation_text.empty()) json["evaluation"] = evaluationJson(recipe);
    if (!recipe.report.empty()) json["report"] = recipe.report.string();
    json["threads"] = recipe.threads;
    if (recipe.max_memory_bytes != 0) json["max_memory_bytes"] = recipe.max_memory_bytes;
    return json;
}

void Recipe::validate() const {
    const auto refuse = [](const std::string& what) { throw Error(ErrorCode::InvalidOption, "recipe: " + what); };
    if (model.empty()) refuse("model: expected a model directory, found none");
    if (runs.empty()) refuse("runs: expected at least one run, found none");
    if (calibration_text.empty() && inputs.empty()) refuse("calibration: expected a text or a file of inputs, found none");
    if (!calibration_text.empty() && !inputs.empty()) refuse("calibration: expected a text or a file of inputs, found both");
    checkValues(*this);
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const std::string run = "runs[" + std::to_string(i) + "]";
        runs[i].method.validate();
        if (!inputs.empty() && (runs[i].method.true_sequential || runs[i].method.feed == MethodSpec::Feed::Quantized))
            refuse(run + ".method: expected one that is fed by the original model, since inputs come from a file, found another");
        if (runs[i].format && runs[i].out.empty()) refuse(run + ".export.out: expected a directory, found none");
        if (!runs[i].format && !runs[i].out.empty())
            refuse(run + ".export.format: expected a format for '" + runs[i].out.string() + "', found none");
        if (runs[i].format != ExportFormat::Gguf && runs[i].gguf_weights != GgufWeights::Lossless)
            refuse(run + ".export.weights: expected it with the format gguf alone, found '" + std::string(name(runs[i].gguf_weights)) +
                   "'");
        for (std::size_t j = 0; j < i; ++j) {
            if (runs[i].format && runs[j].format && runs[i].out == runs[j].out) {
                refuse(run + ".export.out: expected a directory of its own, found that of runs[" + std::to_string(j) + "]");
            }
        }
    }
}

}  // namespace salient
