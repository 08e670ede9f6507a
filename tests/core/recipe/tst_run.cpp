#include <QDir>
#include <QFile>
#include <QIODevice>
#include <QStringList>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <limits>
#include <map>
#include <numeric>

#include "core/calib/calibrate.h"
#include "core/eval/text_pass.h"
#include "core/exporter/salient_record.h"
#include "core/exporter/verify.h"
#include "core/io/held_memory.h"
#include "core/io/process_memory.h"
#include "core/recipe/late_counts.h"
#include "core/recipe/memory_forecast.h"
#include "core/recipe/run.h"
#include "core/recipe/saved_numbers.h"
#include "core/recipe/warnings.h"
#include "tests/core/exporter/sample_models.h"
#include "tests/core/recipe/directory_content.h"
#include "tests/support/places.h"

using namespace salient;

namespace {

const std::filesystem::path kDemo = salient::test::resourceFolder() / "demo";

Recipe demoRecipe(const std::vector<std::string>& methods) {
    Recipe recipe;
    recipe.model = kDemo / "model";
    recipe.calibration_text = kDemo / "calib.txt";
    recipe.samples = {.n_samples = 4, .seq_len = 64};
    recipe.evaluation_text = kDemo / "eval.txt";
    recipe.perplexity.seq_len = 64;
    recipe.perplexity.max_chars = 2000;
    recipe.perplexity.n_windows = 4;
    for (const std::string& name : methods) {
        MethodSpec base;
        base.grid.is_symmetric = false;
        RecipeRun run;
        run.name = name;
        run.method = methodFromName(name, base);
        recipe.runs.push_back(run);
    }
    return recipe;
}

/// A small model that reads text with the demo's tokenizer.
void writeReadingModel(const std::filesystem::path& directory, const std::string& family, DType dtype) {
    Json config = samples::familyConfig(family);
    config["vocab_size"] = readJson(kDemo / "model" / "config.json")["vocab_size"];
    samples::writeModel(directory, family, dtype, config);
    std::filesystem::copy_file(kDemo / "model" / "tokenizer.json", directory / "tokenizer.json");
}

QStringList entriesOf(const QTemporaryDir& folder) {
    return QDir(folder.path()).entryList(QDir::NoDotAndDotDot | QDir::AllEntries | QDir::Hidden);
}

}  // namespace

class TestRun : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { original_ = contentOf(kDemo / "model"); }
    void cleanup() { QVERIFY(contentOf(kDemo / "model") == original_); }

    void aSharedCalibrationGivesWhatEachMethodGivesAlone() {
        JobContext job;
        const Report together = run(demoRecipe({"rtn", "gptq", "smoothquant"}), job);
        QCOMPARE(together.runs.size(), std::size_t{3});
        QVERIFY(together.full_precision.has_value());
        for (const RunResult& result : together.runs) {
            const Report alone = run(demoRecipe({result.name}), job);
            QCOMPARE(alone.runs[0].relative_output_error, result.relative_output_error);
            QCOMPARE(alone.runs[0].perplexity->perplexity, result.perplexity->perplexity);
            QCOMPARE(alone.runs[0].bytes, result.bytes);
        }
        QVERIFY(together.peak_memory_bytes > 0);
        QCOMPARE(together.calibration_tokens, Index{256});
    }

    void aStreamedExportIsVerifiedAndJudgedAsWritten() {
        QTemporaryDir folder;
        Recipe recipe = demoRecipe({"gptq"});
        recipe.runs[0].format = ExportFormat::Gptq;
        recipe.runs[0].out = std::filesystem::path(folder.path().toStdString()) / "quantized";
        recipe.report = std::filesystem::path(folder.path().toStdString()) / "report";
        JobContext job;
        const Report streamed = run(recipe, job);
        QVERIFY(streamed.runs[0].is_verified);
        QVERIFY(streamed.runs[0].model == nullptr);
        std::map<std::string, double> seconds(streamed.stage_seconds.begin(), streamed.stage_seconds.end());
        for (const char* stage : {"open", "read text", "calibrate: gptq", "quantize: gptq", "export: gptq", "verify: gptq"})
            QVERIFY2(seconds[stage] > 0.0, stage);
        QVERIFY(verifyCheckpoint(recipe.runs[0].out, nullptr, job).passed());
        // The same in memory, with the scales as they are stored: float16 embeddings and norms are what the original has.
        Recipe in_memory = demoRecipe({"gptq"});
        in_memory.runs[0].method.grid.scale_type = streamed.runs[0].method.grid.scale_type;
        const Report kept = run(in_memory, job);
        QCOMPARE(kept.runs[0].relative_output_error, streamed.runs[0].relative_output_error);
        QVERIFY(std::abs(kept.runs[0].perplexity->perplexity / streamed.runs[0].perplexity->perplexity - 1.0) < 1e-5);
        const Json of_run = readJson(recipe.report / "report.json")["methods"][0];
        QCOMPARE(of_run["method"].get<std::string>(), std::string("gptq"));
        // What the reloaded model makes of the first two windows stands wherever the run is reported, and with it that it passed.
        const std::string& line = streamed.runs[0].verification;
        QVERIFY2(line.find("; reloaded: perplexity of 128 calibration tokens ") != std::string::npos, line.c_str());
        QVERIFY2(line.ends_with(" in memory"), line.c_str());
        QCOMPARE(of_run["verification"].get<std::string>(), line);
        QVERIFY(of_run["verified"].get<bool>());
        QVERIFY(readText(recipe.report / "report.html").find("passed: " + line) != std::string::npos);
    }

    void theWindowsOverloadKeepsModelsAndUsesWhatIsThere() {
        const Recipe recipe = demoRecipe({"rtn", "awq"});
        JobContext job;
        const auto model = Model::open(recipe.model);
        const Samples samples = drawSamples(model->requireTokenizer(), readCorpus(recipe.calibration_text), recipe.samples);
        const auto calibration = std::make_shared<const Calibration>(calibrate(model, samples, {}, job));
        const Report report = run(recipe, model, calibration, job);
        QVERIFY(report.runs[1].model != nullptr);
        QCOMPARE(report.runs[1].model->relativeOutputError(), run(recipe, job).runs[1].relative_output_error);
        // A folder for finished blocks is that of one run.
        const QTemporaryDir folder;
        QVERIFY_EXCEPTION_THROWN((void)run(recipe, model, calibration, samples::pathOf(folder, "kept"), job), Error);
        QVERIFY_EXCEPTION_THROWN((void)run(demoRecipe({"rtn"}), model, nullptr, samples::pathOf(folder, "kept"), job), Error);
        const Report kept = run(demoRecipe({"rtn"}), model, calibration, samples::pathOf(folder, "kept"), job);
        QCOMPARE(kept.runs[0].relative_output_error, report.runs[0].relative_output_error);
        QVERIFY(std::filesystem::exists(samples::pathOf(folder, "kept") / "block-0.safetensors"));
    }

    void whatCannotWorkIsRefusedBeforeAnyWork() {
        QTemporaryDir folder;
        std::vector<std::string> stages;
        JobContext job({}, [&](const Progress& now) { stages.emplace_back(now.stage); });
        Recipe recipe = demoRecipe({"rtn"});
        recipe.runs[0].method.keep = {"."};
        QVERIFY_EXCEPTION_THROWN((void)run(recipe, job), Error);
        recipe = demoRecipe({"rtn"});
        recipe.runs[0].method.grid.bits = 5;  // the layout has no place for 5 bits
        recipe.runs[0].format = ExportFormat::Gptq;
        recipe.runs[0].out = std::filesystem::path(folder.path().toStdString()) / "out";
        QVERIFY_EXCEPTION_THROWN((void)run(recipe, job), Error);
        QFile occupied(folder.filePath("file"));
        QVERIFY(occupied.open(QIODevice::WriteOnly));
        recipe.runs[0].method.grid.bits = 4;
        recipe.runs[0].out = folder.path().toStdString();
        QVERIFY_EXCEPTION_THROWN((void)run(recipe, job), Error);
        recipe = demoRecipe({"rtn"});
        recipe.evaluation_text = "/nowhere/eval.txt";
        QVERIFY_EXCEPTION_THROWN((void)run(recipe, job), Error);
        for (const std::string& stage : stages) QVERIFY2(stage == "opening" || stage == "reading text", stage.c_str());
    }

    void whatLoadersMakeOfItIsToldBeforeAnyWork() {
        QTemporaryDir folder;
        Recipe recipe = demoRecipe({"rtn"});
        recipe.evaluation_text.clear();
        recipe.runs[0].format = ExportFormat::Gptq;
        recipe.runs[0].out = std::filesystem::path(folder.path().toStdString()) / "out";
        std::vector<std::string> stages;
        JobContext job({}, [&](const Progress& now) { stages.emplace_back(now.stage); });
        std::vector<std::string> before;
        std::vector<LoaderVerdict> told;
        RunOptions options;
        options.before_work = [&](const Report& planned) {
            before = stages;
            told = planned.runs.at(0).loaders;
        };
        const Report report = run(recipe, options, job);
        QVERIFY(!before.empty() && std::ranges::all_of(before, [](const std::string& stage) { return stage == "opening"; }));
        QCOMPARE(told.size(), std::size_t{6});
        QCOMPARE(told[3].loader, std::string("vLLM"));
        QVERIFY(told[3].acceptance == Acceptance::Refuses);  // zero points
        QVERIFY(told == report.runs[0].loaders);
        QVERIFY(toJson(report)["methods"][0]["loaders"][3] == toJson(told[3]));
        QVERIFY(!toJson(run(demoRecipe({"rtn"}), job))["methods"][0].contains("loaders"));
    }

    void cancelAtEveryCheckpointLeavesFinishedBlocksAlone_data() {
        QTest::addColumn<QString>("method");
        QTest::addColumn<int>("format");
        QTest::newRow("dequantized") << "rtn" << static_cast<int>(ExportFormat::Dequantized);
        QTest::newRow("compressed-tensors") << "awq+gptq" << static_cast<int>(ExportFormat::CompressedTensors);
        QTest::newRow("GGUF") << "gptq" << static_cast<int>(ExportFormat::Gguf);
        QTest::newRow("GPTQ") << "gptq" << static_cast<int>(ExportFormat::Gptq);
        QTest::newRow("AWQ") << "awq" << static_cast<int>(ExportFormat::Awq);
    }
    void cancelAtEveryCheckpointLeavesFinishedBlocksAlone() {
        QFETCH(QString, method);
        QFETCH(int, format);
        QTemporaryDir models;
        QTemporaryDir folder;
        Recipe recipe = demoRecipe({method.toStdString()});
        recipe.model = samples::pathOf(models, "small");  // hundreds of runs
        writeReadingModel(recipe.model, "llama", DType::F16);
        const auto original = contentOf(recipe.model);
        recipe.runs[0].method.grid.group_size = 32;
        recipe.samples = {.n_samples = 1, .seq_len = 16};
        recipe.evaluation_text.clear();
        recipe.runs[0].format = static_cast<ExportFormat>(format);
        recipe.runs[0].out = std::filesystem::path(folder.path().toStdString()) / "out";
        int n_checkpoints = 0;
        JobContext counting({}, [&](const Progress& now) { n_checkpoints += now.stage == "verifying" ? 0 : 1; });
        (void)run(recipe, counting);
        const auto whole = contentOf(recipe.runs[0].out);
        QVERIFY(std::filesystem::remove_all(recipe.runs[0].out) > 0);
        int n_kept = 0;
        for (int stop_at = 1; stop_at <= n_checkpoints; ++stop_at) {
            std::stop_source source;
            int seen = 0;
            JobContext job(source.get_token(), [&](const Progress&) {
                if (++seen == stop_at) source.request_stop();
            });
            QVERIFY_EXCEPTION_THROWN((void)run(recipe, job), Cancelled);
            if (entriesOf(folder).isEmpty()) continue;
            QCOMPARE(entriesOf(folder), QStringList{QStringLiteral(".out.unfinished")});
            ++n_kept;
            JobContext going_on;
            const Report report = run(recipe, {.resume = true}, going_on);
            const QString at = QStringLiteral("checkpoint %1 of %2").arg(stop_at).arg(n_checkpoints);
            QVERIFY2(report.runs[0].n_blocks_resumed > 0, qPrintable(at));
            QVERIFY2(contentOf(recipe.runs[0].out) == whole, qPrintable(at));
            QVERIFY(std::filesystem::remove_all(recipe.runs[0].out) > 0);
            QVERIFY2(entriesOf(folder).isEmpty(), qPrintable(at));
        }
        QVERIFY(n_kept > 0 && n_kept < n_checkpoints);
        QVERIFY(contentOf(recipe.model) == original);
    }

    void cancelWhileVerifyingLeavesAWholeExport_data() { cancelAtEveryCheckpointLeavesFinishedBlocksAlone_data(); }
    void cancelWhileVerifyingLeavesAWholeExport() {
        QFETCH(QString, method);
        QFETCH(int, format);
        QTemporaryDir models;
        QTemporaryDir folder;
        Recipe recipe = demoRecipe({method.toStdString()});
        recipe.model = samples::pathOf(models, "small");
        writeReadingModel(recipe.model, "llama", DType::F16);
        const auto original = contentOf(recipe.model);
        recipe.runs[0].method.grid.group_size = 32;
        recipe.samples = {.n_samples = 1, .seq_len = 16};
        recipe.evaluation_text.clear();
        recipe.runs[0].format = static_cast<ExportFormat>(format);
        recipe.runs[0].out = samples::pathOf(folder, "out");
        int n_verifying = 0;
        JobContext counting({}, [&](const Progress& now) { n_verifying += now.stage == "verifying" ? 1 : 0; });
        (void)run(recipe, counting);
        const auto whole = contentOf(recipe.runs[0].out);
        QVERIFY(n_verifying > 2);
        for (int stop_at = 1; stop_at <= n_verifying; ++stop_at) {
            QVERIFY(std::filesystem::remove_all(recipe.runs[0].out) > 0);
            std::stop_source source;
            int seen = 0;
            JobContext job(source.get_token(), [&](const Progress& now) {
                if (now.stage == "verifying" && ++seen == stop_at) source.request_stop();
            });
            QVERIFY_EXCEPTION_THROWN((void)run(recipe, job), Cancelled);
            // What has its name is what an uninterrupted run writes, to the last byte; only its judgement is missing.
            const QString at = QStringLiteral("checkpoint %1 of %2").arg(stop_at).arg(n_verifying);
            QCOMPARE(entriesOf(folder), QStringList{QStringLiteral("out")});
            QVERIFY2(contentOf(recipe.runs[0].out) == whole, qPrintable(at));
        }
        QVERIFY(contentOf(recipe.model) == original);
    }

    void aForecastGrowsWithWhatIsAskedFor() {
        Recipe recipe = demoRecipe({"rtn"});
        const auto model = Model::open(recipe.model);
        const auto forecast = [&] { return forecastJob(*model, recipe, true, false).total(); };
        recipe.perplexity.n_windows = 1;
        const std::int64_t few = forecast();
        recipe.perplexity.n_windows = std::numeric_limits<Index>::max();  // of 64 tokens: beyond what a number holds
        QVERIFY(forecast() > few);
        recipe.samples = {.n_samples = std::numeric_limits<int>::max(), .seq_len = std::numeric_limits<Index>::max()};
        QVERIFY(forecast() > (std::int64_t{1} << 50));
    }

    void whatIsNotPlainIsCounted() {
        Recipe recipe = demoRecipe({"gptq", "awq"});
        recipe.evaluation_text.clear();
        recipe.runs[0].method.keep = {"down_proj$", "^model\\.layers\\.0\\."};
        JobContext job;
        const Report report = run(recipe, job);
        const RunCounts& counts = report.runs[0].counts;
        QCOMPARE(counts.kept_layers.size(), std::size_t{10});
        QVERIFY(report.runs[1].counts.kept_layers.empty());
        std::int64_t n_saturated = 0;
        for (const LayerReport& layer : report.runs[1].layers)
            n_saturated += std::llround(layer.saturated_fraction * static_cast<double>(layer.out_features * layer.in_features));
        QVERIFY(n_saturated > 0);
        QCOMPARE(report.runs[1].counts.n_saturated_codes, n_saturated);
        QVERIFY(report.runs[1].counts.n_clipped_weights > 0);
        QCOMPARE(toJson(report)["methods"][0]["counts"]["kept_layers"].size(), std::size_t{10});
        QVERIFY(toHtml(report).find("10 layers left in 16 bits") != std::string::npos);
        // Layers that report everything there is.
        LayerReport layer = report.runs[1].layers[0];
        layer.damping_tries = {0.01, 0.1, 1.0};
        layer.n_dead_columns = 5;
        layer.grids = {.n_raised_ranges = 6, .n_widened_ranges = 7, .n_clamped_zeros = 8, .n_raised_scales = 1, .n_subnormal_scales = 9};
        layer.n_bounded_scales = 10;
        layer.n_raised_tokens = 11;
        layer.n_raised_importances = 12;
        layer.n_raised_factors = 13;
        const RunCounts all = countsOf(*Model::open(recipe.model), std::span(&layer, 1));
        QCOMPARE(all.n_damping_retries, std::int64_t{2});
        const std::string text = inWords(all);
        for (const char* part : {"2 damping retries", "5 channels never active", "27 layers left"})
            QVERIFY2(text.find(part) != std::string::npos, text.c_str());
        const std::string scales =
            "6 groups of zeros, or nearly so, on the least range, 7 ranges of one sign widened to 0, 8 zero points clamped to the last "
            "code, 1 scale raised to the smallest stored one, 9 scales stored with fewer digits than their type has, 10 scales of inputs "
            "held at their bound, 11 int8 tokens on the least scale, 12 inputs raised to the least importance, 13 block factors raised to "
            "the next float16";
        QVERIFY2(text.find(scales) != std::string::npos, text.c_str());
        QCOMPARE(scalesInWords(layer), scales);
        for (const auto& [key, count] : std::map<std::string, int>{{"raised_ranges", 6},
                                                                   {"widened_ranges", 7},
                                                                   {"clamped_zeros", 8},
                                                                   {"raised_scales", 1},
                                                                   {"subnormal_scales", 9},
                                                                   {"bounded_scales", 10},
                                                                   {"raised_tokens", 11},
                                                                   {"raised_importances", 12},
                                                                   {"raised_factors", 13}}) {
            QCOMPARE(toJson(all).at(key).get<int>(), count);
            QCOMPARE(toJson(layer).at("n_" + key).get<int>(), count);
        }
        const Json saved = parseJson(savedLayerReport(layer).dump(), "layer");
        JsonObject object(saved, "", "layer");
        QCOMPARE(scalesInWords(readLayerReport(object)), scales);
        object.finish();
        Report shown = report;
        shown.runs[1].layers[0] = layer;
        QVERIFY(toHtml(shown).find(scales) != std::string::npos);
        const std::vector<std::string> warnings =
            runWarnings(*Model::open(recipe.model), report.runs[1].method, std::span(&layer, 1), report.calibration_tokens);
        QVERIFY(std::ranges::any_of(warnings, [&layer](const std::string& warning) {
            return warning == layer.name + ": 8 groups have weights too small for a scale in F32, so that their grid does not fit them";
        }));
        QVERIFY(scalesInWords(LayerReport{}).empty());
        QCOMPARE(inWords(RunCounts{}), std::string("nothing out of the ordinary"));
    }

    void int8TokensOnTheLeastScaleAreCounted() {
        // The norm in front of the first block makes everything tiny; biases of queries, keys and values lift what follows again.
        QTemporaryDir models;
        const std::filesystem::path directory = samples::pathOf(models, "small");
        writeReadingModel(directory, "qwen2", DType::F32);
        samples::OpenFile file(directory / "model.safetensors");
        for (float& gain : file.as<float>("model.layers.0.input_layernorm.weight")) gain *= 1e-8F;
        file.save(directory / "model.safetensors");
        Recipe recipe = demoRecipe({"w8a8", "rtn"});
        recipe.model = directory;
        recipe.samples = {.n_samples = 3, .seq_len = 32};
        recipe.runs[0].method.feed = MethodSpec::Feed::Quantized;
        recipe.runs[1].method.grid.group_size = 32;
        JobContext job;
        const Report report = run(recipe, job);
        const RunResult& result = report.runs[0];
        QVERIFY(result.perplexity.has_value());
        const std::int64_t n_evaluated = result.perplexity->n_windows * result.perplexity->seq_len;
        const std::int64_t n_calibrated = 3 * 32;
        std::map<std::string, std::int64_t> expected;
        for (const char* layer : {"q_proj", "k_proj", "v_proj"}) expected["model.layers.0.self_attn." + std::string(layer)] = n_evaluated;
        QVERIFY(result.perplexity->raised_tokens == expected);
        for (const LayerReport& layer : result.layers) QCOMPARE(layer.n_raised_tokens, expected.contains(layer.name) ? n_calibrated : 0);
        QCOMPARE(result.counts.n_raised_tokens, 3 * (n_evaluated + n_calibrated));
        QCOMPARE(toJson(*result.perplexity)["raised_tokens"].size(), std::size_t{3});
        QVERIFY(readPerplexity(parseJson(savedPerplexity(*result.perplexity).dump(), "run"), "", "run").raised_tokens == expected);
        // Another evaluation counts in place of the first.
        RunResult again = result;
        PerplexityResult other;
        other.raised_tokens = {{"model.layers.0.self_attn.q_proj", 5}};
        setPerplexity(again, other);
        QCOMPARE(again.counts.n_raised_tokens, 3 * n_calibrated + 5);
        QVERIFY(again.perplexity->raised_tokens == other.raised_tokens);
        setPerplexity(again, std::nullopt);
        QCOMPARE(again.counts.n_raised_tokens, 3 * n_calibrated);
        QVERIFY(report.runs[1].perplexity->raised_tokens.empty());
        QCOMPARE(report.runs[1].counts.n_raised_tokens, std::int64_t{0});
    }

    void int8InputsBeyondTheLargestOfCalibrationAreCounted() {
        // Every token enters the first block as ones of either sign, but for one that calibration does not see: that is a single channel,
        // which the norm makes √hidden_size. So that token, and nothing else, is cut off, once in each of the block's first layers.
        QTemporaryDir models;
        const std::filesystem::path directory = samples::pathOf(models, "small");
        writeReadingModel(directory, "qwen2", DType::F32);
        Recipe recipe = demoRecipe({"w8a8", "rtn"});
        recipe.model = directory;
        recipe.samples = {.n_samples = 3, .seq_len = 32};
        recipe.runs[0].method.activations = ActivationScale::PerTensor;
        recipe.runs[0].method.feed = MethodSpec::Feed::Quantized;
        recipe.runs[1].method.grid.group_size = 32;
        const auto drawn = Model::open(directory);
        const std::vector<TokenId> calibrated =
            drawSamples(drawn->requireTokenizer(), readCorpus(recipe.calibration_text), recipe.samples).windows.ids;
        const std::vector<TokenId> evaluated = evaluationWindows(*drawn, readCorpus(recipe.evaluation_text), recipe.perplexity).windows.ids;
        const auto loud =
            std::ranges::find_if(evaluated, [&](TokenId id) { return std::ranges::find(calibrated, id) == calibrated.end(); });
        QVERIFY(loud != evaluated.end());
        samples::OpenFile file(directory / "model.safetensors");
        for (float& gain : file.as<float>("model.layers.0.input_layernorm.weight")) gain = 1.0F;
        const std::span<float> embedding = file.as<float>("model.embed_tokens.weight");
        const auto width = static_cast<std::size_t>(drawn->config.hidden_size);
        for (std::size_t i = 0; i < embedding.size(); ++i) embedding[i] = (i / width * 7 + i % width * 5) % 11 < 5 ? -1.0F : 1.0F;
        const std::span<float> loud_row = embedding.subspan(static_cast<std::size_t>(*loud) * width, width);
        std::ranges::fill(loud_row, 0.0F);
        loud_row[3] = 100.0F;
        file.save(directory / "model.safetensors");

        JobContext job;
        const Report report = run(recipe, job);
        const RunResult& result = report.runs[0];
        QVERIFY(result.perplexity.has_value());
        const auto n_loud = static_cast<std::int64_t>(std::ranges::count(evaluated, *loud));
        std::int64_t n_evaluated = 0;
        for (const auto& [layer, n] : result.perplexity->saturated_inputs) n_evaluated += n;
        std::int64_t n_calibrated = 0;
        for (const LayerReport& layer : result.layers) n_calibrated += layer.n_saturated_inputs;
        for (const char* key : {"q_proj", "k_proj", "v_proj"}) {
            const std::string name = "model.layers.0.self_attn." + std::string(key);
            QCOMPARE(result.perplexity->saturated_inputs.at(name), n_loud);
            const auto layer = std::ranges::find(result.layers, name, &LayerReport::name);
            QCOMPARE(layer->n_saturated_inputs, Index{0});  // nothing is louder than calibration in calibration itself
        }
        QVERIFY(n_evaluated >= 3 * n_loud);
        QCOMPARE(result.counts.n_saturated_inputs, n_evaluated + n_calibrated);
        QVERIFY(result.perplexity->raised_tokens.empty());
        const std::string words = std::to_string(n_evaluated + n_calibrated) + " int8 inputs cut off at the largest of calibration";
        QVERIFY2(inWords(result.counts).find(words) != std::string::npos, inWords(result.counts).c_str());
        QVERIFY(toHtml(report).find(words) != std::string::npos);
        QCOMPARE(toJson(result.counts).at("saturated_inputs").get<std::int64_t>(), n_evaluated + n_calibrated);
        QCOMPARE(toJson(*result.perplexity)["saturated_inputs"]["model.layers.0.self_attn.q_proj"].get<std::int64_t>(), n_loud);
        // It comes back with a session, and another evaluation counts in place of the first.
        QVERIFY(readPerplexity(parseJson(savedPerplexity(*result.perplexity).dump(), "run"), "", "run").saturated_inputs ==
                result.perplexity->saturated_inputs);
        LayerReport layer;
        layer.n_saturated_inputs = 9;
        const Json saved = parseJson(savedLayerReport(layer).dump(), "layer");
        JsonObject object(saved, "", "layer");
        QCOMPARE(readLayerReport(object).n_saturated_inputs, Index{9});
        QCOMPARE(toJson(layer).at("n_saturated_inputs").get<int>(), 9);
        QCOMPARE(scalesInWords(layer), std::string("9 int8 inputs cut off at the largest of calibration"));
        RunResult again = result;
        PerplexityResult other;
        other.saturated_inputs = {{result.layers[0].name, 5}};
        setPerplexity(again, other);
        QCOMPARE(again.counts.n_saturated_inputs, n_calibrated + 5);
        QCOMPARE(report.runs[1].counts.n_saturated_inputs, std::int64_t{0});
        // The same for any number of threads.
        for (const int n_threads : {1, 3}) {
            recipe.threads = n_threads;
            QVERIFY(run(recipe, job).runs[0].perplexity->saturated_inputs == result.perplexity->saturated_inputs);
        }
    }

    void aRunKnowsWhatItsExportCounted() {
        QTemporaryDir folder;
        Recipe recipe = demoRecipe({"rtn"});
        recipe.evaluation_text.clear();
        recipe.runs[0].format = ExportFormat::Gguf;
        recipe.runs[0].gguf_weights = GgufWeights::Q6_K;
        recipe.runs[0].out = samples::pathOf(folder, "out");
        JobContext job;
        const Report report = run(recipe, job);
        const std::filesystem::path record = recipe.runs[0].out / "salient.json";
        const WriteCounts written = recordFromJson(readJson(record), record.string()).counts();
        // From the statistics of the same samples, one channel after another.
        const auto model = Model::open(recipe.model);
        Samples samples = drawSamples(model->requireTokenizer(), readCorpus(recipe.calibration_text), recipe.samples);
        const Calibration calibration = calibrate(model, std::move(samples), {}, job);
        std::int64_t total = 0;
        for (const LayerReport& layer : report.runs[0].layers) {
            const std::vector<double>& squares = calibration.of(model->linear(layer.name)).channels.sum_squares;
            const double average = std::accumulate(squares.begin(), squares.end(), 0.0) / static_cast<double>(squares.size());
            const auto n_raised = std::ranges::count_if(squares, [&](double square) { return square < 1e-3 * average; });
            QCOMPARE(layer.n_raised_importances, Index{n_raised});
            QCOMPARE(written.raised_importances.contains(layer.name), n_raised > 0);
            total += n_raised;
        }
        QCOMPARE(report.runs[0].counts.n_raised_importances, total);
        // Another export counts in place of that one.
        RunResult again = report.runs[0];
        const std::string& first = again.layers[0].name;
        noteWritten(again, {3, {{first, 4}}, {{first, 5}, {again.layers[1].name, 6}}, 7});
        QCOMPARE(again.counts.n_flushed_values, std::int64_t{3});
        QCOMPARE(again.counts.n_subnormal_values, std::int64_t{7});
        QCOMPARE(writtenCounts(again).n_subnormal_values, std::int64_t{7});
        QCOMPARE(toJson(again.counts).at("subnormal_values").get<int>(), 7);
        const std::string text = inWords(again.counts);
        QVERIFY2(text.find("3 values flushed to 0 in their stored type, 7 values stored with fewer digits than their type has") !=
                     std::string::npos,
                 text.c_str());
        QCOMPARE(again.counts.n_raised_importances, std::int64_t{4});
        QCOMPARE(again.counts.n_raised_factors, std::int64_t{11});
        QCOMPARE(again.layers[1].n_raised_factors, Index{6});
        QVERIFY(writtenCounts(again).raised_factors == (std::map<std::string, std::int64_t>{{first, 5}, {again.layers[1].name, 6}}));
    }

    void aJobIsHeldToItsMemoryAtEachCheckpoint() {
        int n_seen = 0;
        JobContext outer({}, [&](const Progress&) { ++n_seen; });
        JobContext unlimited = heldToMemory(outer, 0, "nothing");
        unlimited.checkpoint({"running", 1, 4, "block 0"});
        JobContext allowed = heldToMemory(outer, heldMemoryBytes() + 1'000'000'000, "nothing");
        allowed.checkpoint({"running", 2, 4, "block 0"});
        JobContext held = heldToMemory(outer, 1000, "fewer samples");
        QString message;
        try {
            held.checkpoint({"running", 3, 4, "block 0"});
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::OutOfMemory);
            message = error.what();
        }
        QVERIFY2(message.startsWith("running block 0 (3 of 4): max-memory: expected at most 1.0 kB held, found ") &&
                     message.endsWith("; fewer samples need less"),
                 qPrintable(message));
        QCOMPARE(n_seen, 3);
        requireForecastWithin(0, std::int64_t{1} << 60, "nothing");
        requireForecastWithin(1000, 1000, "nothing");
        QVERIFY_EXCEPTION_THROWN(requireForecastWithin(1000, 1001, "less"), Error);
    }

    void aForecastOfAnEvaluationGrowsWithItsText() {
        const auto model = Model::open(kDemo / "model");
        PerplexitySpec few{.seq_len = 64, .n_windows = 4};
        PerplexitySpec more{.seq_len = 64, .n_windows = 400};
        // Hidden states of 396 windows more, 256 floats a token; twice that and more where layers advance together.
        const std::int64_t hidden = std::int64_t{396} * 64 * 256 * 4;
        const auto growth = [&](const auto& forecast) { return forecast(more).total() - forecast(few).total(); };
        QVERIFY(growth([&](const PerplexitySpec& spec) { return forecastPerplexity(*model, kDemo / "eval.txt", spec); }) >= hidden);
        const SampleSpec samples{.n_samples = 4, .seq_len = 64};
        QVERIFY(growth([&](const PerplexitySpec& spec) {
                    return forecastSensitivity(*model, kDemo / "calib.txt", samples, kDemo / "eval.txt", spec);
                }) >= 8 * hidden);
        const SampleSpec endless{.n_samples = std::numeric_limits<int>::max(), .seq_len = std::numeric_limits<Index>::max()};
        QVERIFY(forecastStatistics(*model, kDemo / "calib.txt", endless).total() > (std::int64_t{1} << 50));
        const auto both_texts = [&](const SampleSpec& other) {
            return forecastCalibrationAb(*model, kDemo / "calib.txt", samples, kDemo / "eval.txt", other).total();
        };
        QVERIFY(both_texts({.n_samples = 400, .seq_len = 64}) - both_texts(samples) >= hidden);
        QVERIFY(both_texts(endless) > (std::int64_t{1} << 50));
        QCOMPARE(forecastStatistics(*model, kDemo / "calib.txt", samples).hessians, std::int64_t{0});
        QVERIFY(forecastReadStatistics(*model).total() > 0);
        QVERIFY(forecastLayer(4096, 11008).total() > std::int64_t{4} * 4096 * 11008 + std::int64_t{4} * 11008 * 11008);
        QVERIFY(forecastLayer(0, Index{1} << 40).total() > (std::int64_t{1} << 50));
    }

    void expertsAreCountedByTheirTokens() {
        QTemporaryDir folder;
        const std::filesystem::path directory = samples::pathOf(folder, "mixture");
        writeReadingModel(directory, "qwen3_moe", DType::BF16);  // eight experts, three for a token
        Recipe recipe = demoRecipe({"gptq", "awq"});
        recipe.model = directory;
        for (RecipeRun& run : recipe.runs) run.method.grid.group_size = 32;
        recipe.samples = {.n_samples = 2, .seq_len = 48};
        JobContext job;
        const Report starved = run(recipe, job);
        for (const RunResult& result : starved.runs) {
            QCOMPARE(result.experts.experts.size(), std::size_t{16});
            Index tokens = 0;
            std::int64_t n_few = 0;
            for (const ExpertTokenCount& expert : result.experts.experts) {
                tokens += expert.reached_tokens;
                QCOMPARE(expert.passed_tokens, Index{96});
                QCOMPARE(expert.has_stand_in, expert.reached_tokens < 64);  // both widths are 64
                n_few += expert.has_stand_in ? 1 : 0;
            }
            QCOMPARE(tokens, Index{2 * 3 * 96});
            QVERIFY(n_few > 0);
            QCOMPARE(result.counts.n_stand_ins, n_few);
            const std::string warning = std::to_string(n_few) + " of 16 experts saw too few calibration tokens";
            QVERIFY(std::any_of(result.warnings.begin(), result.warnings.end(),
                                [&](const std::string& text) { return text.find(warning) != std::string::npos; }));
            QCOMPARE(result.counts.kept_layers.size(), std::size_t{2});  // the routers
        }
        const Json json = toJson(starved)["methods"][0];
        QCOMPARE(json["experts"].size(), std::size_t{16});
        QCOMPARE(json["counts"]["experts_with_stand_in"].get<std::int64_t>(), starved.runs[0].counts.n_stand_ins);
        QVERIFY(toHtml(starved).find("Calibration tokens of the experts") != std::string::npos);

        recipe.samples = {.n_samples = 40, .seq_len = 64};
        recipe.runs.resize(1);
        recipe.runs[0].format = ExportFormat::CompressedTensors;
        recipe.runs[0].out = samples::pathOf(folder, "out");
        const Report fed = run(recipe, job);
        QVERIFY(fed.runs[0].is_verified);
        QVERIFY(fed.runs[0].counts.n_stand_ins < starved.runs[0].counts.n_stand_ins);
        QVERIFY(fed.runs[0].perplexity.has_value());
    }

    void fewerWindowsThanAskedForIsAWarning() {
        QTemporaryDir folder;
        QFile text(folder.filePath("short.txt"));
        QVERIFY(text.open(QIODevice::WriteOnly));
        text.write(QByteArray("The lamp was green. ").repeated(60));
        text.close();
        Recipe recipe = demoRecipe({"rtn"});
        recipe.calibration_text = folder.filePath("short.txt").toStdString();
        recipe.samples.n_samples = 500;
        recipe.evaluation_text.clear();
        JobContext job;
        const Report report = run(recipe, job);
        QVERIFY(!report.runs[0].warnings.empty());
        QVERIFY(report.runs[0].warnings[0].find("500") != std::string::npos);
    }

    void thePageHoldsEverythingAndLoadsNothing() {
        JobContext job;
        Report report = run(demoRecipe({"rtn", "smoothquant"}), job);
        report.model_name = "<img src=x onerror=alert(1)>";
        report.runs[0].name = "a & b";
        report.runs[0].warnings = {"<b>bold</b>"};
        const std::string page = toHtml(report);
        for (const char* absent : {"<script", "http:", "https:", "<img", "<b>bold", "a & b"})
            QVERIFY2(page.find(absent) == std::string::npos, absent);
        for (const char* present : {"a &amp; b", "prefers-color-scheme: dark", "<svg", "protocol stream", "4 windows of 64 tokens"}) {
            QVERIFY2(page.find(present) != std::string::npos, present);
        }
    }

private:
    std::map<std::string, std::string> original_;
};

QTEST_GUILESS_MAIN(TestRun)
#include "tst_run.moc"
