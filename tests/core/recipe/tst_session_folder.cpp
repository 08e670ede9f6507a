#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <fstream>
#include <limits>

#include "core/recipe/late_counts.h"
#include "core/recipe/packed_codes.h"
#include "core/recipe/saved_calibration.h"
#include "core/recipe/saved_run.h"
#include "core/recipe/saved_session.h"
#include "core/recipe/session_folder.h"
#include "tests/core/recipe/require_equal.h"
#include "tests/core/recipe/session_bench.h"

using namespace salient;
using namespace salient::samples;
using salient::test::refusal;
using salient::test::SessionBench;

namespace {

std::string bytesOf(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

std::map<std::string, std::string> filesOf(const std::filesystem::path& folder) {
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        files[entry.path().filename().string()] = bytesOf(entry.path());
    }
    return files;
}

/// Numbers that JSON's own do not hold among them; the texts as they are called from another folder.
CalibrationComparison someComparison(SessionBench& bench) {
    CalibrationComparison comparison;
    for (ComparedText& text : comparison.texts) {
        text.recipe.calibration_text = &text == &comparison.texts[0] ? "a.txt" : "b.txt";
        text.recipe.samples.seed = &text == &comparison.texts[0] ? 7 : 8;
        text.recipe.runs = {{"mine", bench.method("gptq", 3), {}, {}}};
        text.n_windows = 5;
        text.seq_len = &text == &comparison.texts[0] ? 64 : 32;
    }
    CalibrationAb& result = comparison.result;
    for (const LinearInfo& linear : bench.model->linears) {
        const auto n = static_cast<double>(result.layers.size());
        LayerAb& layer = result.layers.emplace_back();
        layer.layer = linear.name;
        layer.error = {{{1.0 / (3.0 + n), 2.0 / 7.0}, {0.0, std::numeric_limits<double>::infinity()}}};
        layer.hessian_cosine = 1.0 / 9.0;
        layer.is_same_solution = linear.name == bench.model->linears.front().name;
        layer.reached_tokens = {320, 160};
        layer.has_stand_in = {false, true};
    }
    result.model_error = {{{0.1, 0.2}, {0.3, 0.4}}};
    result.mean_error = {{{std::numeric_limits<double>::quiet_NaN(), 0.6}, {0.7, 0.8}}};
    result.n_in_mean = 3;
    result.seconds = 1.0 / 3.0;
    return comparison;
}

/// Equal, and no number equal to none.
bool isSame(const AbTable& a, const AbTable& b) {
    for (std::size_t calibrated = 0; calibrated < 2; ++calibrated) {
        for (std::size_t measured = 0; measured < 2; ++measured) {
            const double x = a[calibrated][measured];
            const double y = b[calibrated][measured];
            if (x != y && !(std::isnan(x) && std::isnan(y))) return false;
        }
    }
    return true;
}

}  // namespace

class TestSessionFolder : public QObject {
    Q_OBJECT

private slots:
    void packedCodesComeBack_data() {
        QTest::addColumn<int>("bits");
        for (int bits = 2; bits <= 8; ++bits) QTest::addRow("%d bits", bits) << bits;
    }
    void packedCodesComeBack() {
        QFETCH(int, bits);
        CodeMatrix codes(3, 13);
        for (Index i = 0; i < codes.size(); ++i) codes.data()[i] = static_cast<std::uint8_t>((i * 37) % (1 << bits));
        const auto packed = packCodes(codes, bits);
        QCOMPARE(static_cast<Index>(packed.size()), 3 * packedRowBytes(13, bits));
        QVERIFY(unpackCodes(packed, 3, 13, bits) == codes);
    }

    void aResultComesBackBitForBit_data() {
        QTest::addColumn<QString>("family");
        QTest::addColumn<QString>("method");
        QTest::addColumn<QString>("variant");
        for (const char* method : {"rtn", "gptq", "awq", "smoothquant", "awq+gptq", "smoothquant+gptq", "w8a8"}) {
            QTest::addRow("llama %s", method) << "llama" << method << "";
            QTest::addRow("opt %s", method) << "opt" << method << "";
        }
        for (const char* variant : {"act_order", "3 bits", "keep", "overrides", "tensor", "F16"}) {
            QTest::addRow("llama %s", variant) << "llama" << (QByteArray(variant) == "tensor" ? "smoothquant" : "awq+gptq") << variant;
        }
        QTest::newRow("opt keep") << "opt"
                                  << "awq"
                                  << "keep";
        QTest::newRow("qwen2 awq") << "qwen2"
                                   << "awq"
                                   << "";
    }
    void aResultComesBackBitForBit() {
        QFETCH(QString, family);
        QFETCH(QString, method);
        QFETCH(QString, variant);
        SessionBench bench(family.toStdString());
        MethodSpec spec = bench.method(method.toStdString(), variant == "3 bits" ? 3 : 4);
        if (variant == "act_order") spec.gptq.act_order = true;
        if (variant == "keep") spec.keep = {"(q|k|v)_proj|fc1|up_proj"};
        if (variant == "overrides") spec.overrides = {{.layers = "layers\\.0\\.", .method = {}, .bits = 8, .group_size = 16}};
        if (variant == "tensor") spec.activations = ActivationScale::PerTensor;
        if (variant == "F16") spec.grid.scale_type = DType::F16;
        const RunResult made = bench.run("mine", spec);
        const auto file = pathOf(bench.folder, "result-1.safetensors");
        QVERIFY(saveRun(made, *bench.model, file, std::int64_t{1} << 30, bench.job));
        const RunResult back = loadRun(file, bench.model, bench.job);
        QVERIFY(back.model != nullptr);
        requireEqual(*made.model, *back.model);
        QCOMPARE(toJson(back.method).dump(), toJson(made.method).dump());
        QCOMPARE(toJson(back.model->method).dump(), toJson(made.method).dump());
        QCOMPARE(back.relative_output_error, made.relative_output_error);
        QCOMPARE(back.seconds, made.seconds);
        QCOMPARE(back.bytes, made.bytes);
        QCOMPARE(back.bits_per_weight, made.bits_per_weight);
        QVERIFY(back.warnings == made.warnings);
        QCOMPARE(toJson(*back.perplexity).dump(), toJson(*made.perplexity).dump());
        QCOMPARE(back.perplexity->divergence->n_tokens, Index{63});
        QCOMPARE(back.model->seconds, made.model->seconds);
    }

    void whatWasCountedComesBack() {
        SessionBench bench;
        RunResult made = bench.run("mine", bench.method("gptq"));
        auto model = std::make_shared<QuantizedModel>(*made.model);
        QuantizedLinear& linear = model->blocks[0].linears[0];
        linear.tensor.counts = {
            .n_raised_ranges = 1, .n_widened_ranges = 2, .n_clamped_zeros = 3, .n_raised_scales = 4, .n_subnormal_scales = 5};
        linear.report.grids = linear.tensor.counts;
        linear.report.n_bounded_scales = 6;
        linear.report.n_raised_tokens = 8;
        linear.report.n_raised_importances = 9;
        linear.report.n_raised_factors = 12;
        made.model = model;
        made.layers = model->reports();
        made.counts = countsOf(*bench.model, made.layers);
        made.counts.n_flushed_values = 7;
        made.counts.n_subnormal_values = 13;
        const auto file = pathOf(bench.folder, "result-1.safetensors");
        for (const std::int64_t limit : {std::int64_t{1} << 30, std::int64_t{1000}}) {  // whole, and its numbers alone
            const bool is_whole = saveRun(made, *bench.model, file, limit, bench.job);
            const RunResult back = loadRun(file, bench.model, bench.job);
            QCOMPARE(toJson(back.counts).dump(), toJson(made.counts).dump());
            QCOMPARE(back.counts.grids.n_subnormal_scales, Index{5});
            QCOMPARE(back.model != nullptr, is_whole);
            if (is_whole) requireEqual(*made.model, *back.model);
        }
        // What was counted when the result was exported, which its layers in memory do not know, and when it was evaluated.
        made.layers[1].n_raised_importances = 10;
        made.perplexity->raised_tokens = {{made.layers[0].name, 11}};
        QVERIFY(saveRun(made, *bench.model, file, std::int64_t{1} << 30, bench.job));
        const RunResult counted = loadRun(file, bench.model, bench.job);
        QCOMPARE(counted.layers[1].n_raised_importances, Index{10});
        QCOMPARE(counted.counts.n_raised_importances, std::int64_t{19});
        QVERIFY(counted.perplexity->raised_tokens == made.perplexity->raised_tokens);
        QCOMPARE(counted.counts.n_raised_tokens, std::int64_t{19});

        // An export after the result was saved counts anew: its file stays as it is, and the number comes back.
        SessionContents contents = bench.contents();
        SessionFolder folder(bench.session());
        static_cast<void>(folder.save(contents, bench.job));
        const auto first = std::filesystem::last_write_time(bench.session() / "result-1.safetensors");
        RunResult exported = *contents.runs[0];
        noteWritten(exported, {9, {{exported.layers[0].name, 10}}, {{exported.layers[1].name, 11}}, 14});
        contents.runs[0] = std::make_shared<const RunResult>(exported);
        static_cast<void>(folder.save(contents, bench.job));
        QVERIFY(std::filesystem::last_write_time(bench.session() / "result-1.safetensors") == first);
        const SessionFolder::Opened opened = SessionFolder(bench.session()).open(bench.job);
        QCOMPARE(opened.contents.runs[0]->counts.n_flushed_values, std::int64_t{9});
        QCOMPARE(opened.contents.runs[0]->counts.n_subnormal_values, std::int64_t{14});
        QCOMPARE(opened.contents.runs[0]->layers[0].n_raised_importances, Index{10});
        QCOMPARE(opened.contents.runs[0]->counts.n_raised_factors, std::int64_t{11});
        QCOMPARE(opened.contents.runs[1]->counts.n_flushed_values, std::int64_t{0});
    }

    void anExportOfTheReloadedModelIsTheSameFile() {
        SessionBench bench;
        MethodSpec spec = bench.method("awq+gptq");
        spec.grid.scale_type = DType::F16;
        const RunResult made = bench.run("mine", spec);
        const auto file = pathOf(bench.folder, "result-1.safetensors");
        saveRun(made, *bench.model, file, std::int64_t{1} << 30, bench.job);
        const RunResult back = loadRun(file, bench.model, bench.job);
        exportTo(*made.model, pathOf(bench.folder, "a"), ExportFormat::Gptq);
        exportTo(*back.model, pathOf(bench.folder, "b"), ExportFormat::Gptq);
        QVERIFY(!filesOf(pathOf(bench.folder, "a")).empty());
        QVERIFY(filesOf(pathOf(bench.folder, "a")) == filesOf(pathOf(bench.folder, "b")));
    }

    void aCalibrationComesBackBitForBit() {
        SessionBench bench;
        const auto file = pathOf(bench.folder, "calibration-1.safetensors");
        saveCalibration(*bench.calibration, file, std::int64_t{1} << 30, bench.job);
        const Calibration back = loadCalibration(file, bench.model, bench.job);
        requireEqual(back, *bench.calibration);
    }

    void expertsComeBackWithTheirTokenCounts() {
        SessionBench bench("qwen3_moe-some");
        const auto file = pathOf(bench.folder, "calibration-1.safetensors");
        saveCalibration(*bench.calibration, file, std::int64_t{1} << 30, bench.job);
        const Calibration back = loadCalibration(file, bench.model, bench.job);
        QCOMPARE(back.inputs.size(), bench.calibration->inputs.size());
        int n_stand_ins = 0;
        int n_absent = 0;
        for (std::size_t i = 0; i < back.inputs.size(); ++i) {
            const InputStatistics& a = back.inputs[i];
            const InputStatistics& b = bench.calibration->inputs[i];
            QCOMPARE(a.channels.n_tokens, b.channels.n_tokens);
            QCOMPARE(a.passed_tokens, b.passed_tokens);
            QCOMPARE(a.reached_tokens, b.reached_tokens);
            QCOMPARE(a.is_stand_in, b.is_stand_in);
            QVERIFY(a.hessian == b.hessian && a.channels.sum_abs == b.channels.sum_abs);
            n_stand_ins += a.is_stand_in ? 1 : 0;
            n_absent += a.passed_tokens == 0 ? 1 : 0;
        }
        QVERIFY2(n_stand_ins > 0 && n_absent > 0, qPrintable(QString("%1, %2").arg(n_stand_ins).arg(n_absent)));
        const SessionContents contents = bench.contents();
        static_cast<void>(SessionFolder(bench.session()).save(contents, bench.job));
        const SessionFolder::Opened opened = SessionFolder(bench.session()).open(bench.job);
        QVERIFY(opened.left_out.empty());
        for (std::size_t i = 0; i < contents.runs.size(); ++i) {
            requireEqual(*contents.runs[i]->model, *opened.contents.runs[i]->model, true);
            QCOMPARE(inWords(opened.contents.runs[i]->experts), inWords(expertCoverage(*bench.model, contents.runs[i]->layers)));
            QVERIFY(!inWords(opened.contents.runs[i]->experts).empty());
        }
    }

    void whatIsQuantizedWithoutItsHessiansIsTheSame() {
        SessionBench bench;
        const auto file = pathOf(bench.folder, "calibration-1.safetensors");
        saveCalibration(*bench.calibration, file, 3 * 64 * 64 * 4, bench.job);
        const Calibration back = loadCalibration(file, bench.model, bench.job);
        QVERIFY(back.inputs.front().hessian.size() > 0 && back.inputs.back().hessian.size() == 0);
        const MethodSpec spec = bench.method("gptq");
        requireEqual(quantizeModel(*bench.calibration, spec, bench.job), quantizeModel(back, spec, bench.job), false);
    }

    void aSessionComesBackWhole() {
        SessionBench bench;
        const SessionContents made = bench.contents();
        QVERIFY(SessionFolder(bench.session()).save(made, bench.job).empty());
        SessionFolder folder(bench.session());
        const SessionFolder::Opened opened = folder.open(bench.job);
        QVERIFY(opened.left_out.empty());
        const SessionContents& back = opened.contents;
        QCOMPARE(draftToJson(back.recipe).dump(), draftToJson(made.recipe).dump());
        QCOMPARE(back.window.dump(), made.window.dump());
        QCOMPARE(back.runs.size(), std::size_t{2});
        QCOMPARE(toJson(*back.full_precision).dump(), toJson(*made.full_precision).dump());
        QCOMPARE(toJson(*back.runs[1]->perplexity).dump(), toJson(*made.runs[1]->perplexity).dump());
        QCOMPARE(back.sensitivities.at("gptq").front().same_top, 1.0 / 3.0);
        QCOMPARE(back.sensitivities.at("gptq").front().added_nll, -0.2);
        QVERIFY(back.calibration != nullptr);
        const SessionSummary summary = summarizeSession(bench.session());
        QCOMPARE(summary.n_results, std::size_t{2});
        QVERIFY(summary.is_calibrated && summary.model == bench.model->directory);
    }

    void aResultIsWrittenOnceAndRemovedWithItsResult() {
        SessionBench bench;
        SessionContents contents = bench.contents();
        SessionFolder folder(bench.session());
        static_cast<void>(folder.save(contents, bench.job));
        const auto first = std::filesystem::last_write_time(bench.session() / "result-1.safetensors");
        RunResult again = *contents.runs[0];
        again.perplexity->perplexity = 3.5;  // measured anew: a number
        contents.runs[0] = std::make_shared<const RunResult>(again);
        static_cast<void>(folder.save(contents, bench.job));
        QVERIFY(std::filesystem::last_write_time(bench.session() / "result-1.safetensors") == first);
        QCOMPARE(SessionFolder(bench.session()).open(bench.job).contents.runs[0]->perplexity->perplexity, 3.5);

        contents.runs.erase(contents.runs.begin());
        std::ofstream(bench.session() / "notes.txt") << "the user's";
        std::ofstream(bench.session() / ".result-9.safetensors.partial-1-2") << "of a crash";
        static_cast<void>(folder.save(contents, bench.job));
        QVERIFY(!std::filesystem::exists(bench.session() / "result-1.safetensors"));
        QVERIFY(std::filesystem::exists(bench.session() / "result-2.safetensors"));
        QVERIFY(!std::filesystem::exists(bench.session() / ".result-9.safetensors.partial-1-2"));
        QVERIFY(std::filesystem::exists(bench.session() / "notes.txt"));

        // Opened and saved again, nothing is written a second time either.
        SessionFolder other(bench.session());
        SessionContents back = other.open(bench.job).contents;
        const auto before = std::filesystem::last_write_time(bench.session() / "result-2.safetensors");
        static_cast<void>(other.save(back, bench.job));
        QVERIFY(std::filesystem::last_write_time(bench.session() / "result-2.safetensors") == before);
    }

    void aLargeResultKeepsItsNumbers() {
        SessionBench bench;
        const SessionContents contents = bench.contents();
        QCOMPARE(SessionFolder(bench.session(), {.result_bytes = 1000}).save(contents, bench.job).size(), std::size_t{2});
        const SessionFolder::Opened opened = SessionFolder(bench.session()).open(bench.job);
        QCOMPARE(opened.contents.runs.size(), std::size_t{2});
        QVERIFY(opened.contents.runs[0]->model == nullptr);
        QCOMPARE(opened.contents.runs[0]->layers.size(), contents.runs[0]->layers.size());
        QVERIFY(QString::fromStdString(opened.contents.runs[0]->warnings.back()).contains(QStringLiteral("numbers")));
    }

    void aDamagedResultTakesNothingAlong() {
        SessionBench bench;
        static_cast<void>(SessionFolder(bench.session()).save(bench.contents(), bench.job));
        std::filesystem::resize_file(bench.session() / "result-1.safetensors", 3000);
        SessionFolder folder(bench.session());
        const SessionFolder::Opened opened = folder.open(bench.job);
        QCOMPARE(opened.left_out.size(), std::size_t{1});
        QVERIFY(QString::fromStdString(opened.left_out[0]).contains(QStringLiteral("result-1.safetensors")));
        QCOMPARE(opened.contents.runs.size(), std::size_t{1});
        QCOMPARE(opened.contents.runs[0]->name, std::string("gptq"));
        QVERIFY(opened.contents.calibration != nullptr);
        static_cast<void>(folder.save(opened.contents, bench.job));  // put aside, not thrown away
        QVERIFY(std::filesystem::exists(bench.session() / "damaged-result-1.safetensors"));
    }

    void aComparisonOfTwoTextsComesBackBitForBit() {
        SessionBench bench;
        SessionContents made = bench.contents();
        const auto comparison = std::make_shared<const CalibrationComparison>(someComparison(bench));
        made.comparison = comparison;
        static_cast<void>(SessionFolder(bench.session()).save(made, bench.job));
        const SessionFolder::Opened opened = SessionFolder(bench.session()).open(bench.job);
        QVERIFY(opened.left_out.empty());
        const auto& back = opened.contents.comparison;
        QVERIFY(back != nullptr);
        for (std::size_t i = 0; i < 2; ++i) {
            const ComparedText& text = back->texts[i];
            const ComparedText& before = comparison->texts[i];
            // Found again from any folder.
            QVERIFY(text.recipe.calibration_text == std::filesystem::absolute(before.recipe.calibration_text));
            QCOMPARE(text.recipe.samples.seed, before.recipe.samples.seed);
            QCOMPARE(toJson(text.recipe.runs.at(0).method).dump(), toJson(before.recipe.runs.at(0).method).dump());
            QCOMPARE(text.recipe.runs[0].name, std::string("mine"));
            QCOMPARE(text.n_windows, before.n_windows);
            QCOMPARE(text.seq_len, before.seq_len);
        }
        QCOMPARE(back->result.layers.size(), comparison->result.layers.size());
        for (std::size_t i = 0; i < back->result.layers.size(); ++i) {
            const LayerAb& layer = back->result.layers[i];
            const LayerAb& before = comparison->result.layers[i];
            QCOMPARE(layer.layer, before.layer);
            QVERIFY(isSame(layer.error, before.error));
            QVERIFY(layer.hessian_cosine == before.hessian_cosine);
            QCOMPARE(layer.is_same_solution, before.is_same_solution);
            QVERIFY(layer.reached_tokens == before.reached_tokens && layer.has_stand_in == before.has_stand_in);
        }
        QVERIFY(isSame(back->result.model_error, comparison->result.model_error));
        QVERIFY(isSame(back->result.mean_error, comparison->result.mean_error));
        QCOMPARE(back->result.n_in_mean, Index{3});
        QVERIFY(back->result.seconds == comparison->result.seconds);
    }

    void aDamagedComparisonTakesNothingAlong_data() {
        QTest::addColumn<QString>("pointer");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("word");
        QTest::newRow("no object") << ""
                                   << "3"
                                   << "comparison";
        QTest::newRow("unknown key") << "/surprise"
                                     << "1"
                                     << "surprise";
        QTest::newRow("layer") << "/layers/0/layer"
                               << "\"elsewhere\""
                               << "elsewhere";
        QTest::newRow("number") << "/layers/1/error/ab"
                                << "\"many\""
                                << "comparison.layers[1].error.ab";
        QTest::newRow("count") << "/b/n_windows"
                               << "-1"
                               << "comparison.b.n_windows";
        QTest::newRow("no method") << "/a/recipe/runs"
                                   << "[]"
                                   << "comparison.a.recipe";
        QTest::newRow("no text") << "/b"
                                 << "{}"
                                 << "comparison.b";
    }
    void aDamagedComparisonTakesNothingAlong() {
        QFETCH(QString, pointer);
        QFETCH(QString, value);
        QFETCH(QString, word);
        SessionBench bench;
        SessionContents contents = bench.contents();
        contents.comparison = std::make_shared<const CalibrationComparison>(someComparison(bench));
        static_cast<void>(SessionFolder(bench.session()).save(contents, bench.job));
        Json document = readJson(bench.session() / "session.json");
        document[Json::json_pointer("/comparison" + pointer.toStdString())] = Json::parse(value.toStdString());
        writeJson(bench.session() / "session.json", document);
        const SessionFolder::Opened opened = SessionFolder(bench.session()).open(bench.job);
        QVERIFY(opened.contents.comparison == nullptr);
        QCOMPARE(opened.left_out.size(), std::size_t{1});
        QVERIFY2(opened.left_out[0].find(word.toStdString()) != std::string::npos, opened.left_out[0].c_str());
        QCOMPARE(opened.contents.runs.size(), std::size_t{2});
        QVERIFY(opened.contents.calibration != nullptr);
        QCOMPARE(opened.contents.sensitivities.at("gptq").size(), std::size_t{1});
    }

    void aTamperedListIsRefused_data() {
        QTest::addColumn<QString>("pointer");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("word");
        QTest::newRow("version") << "/version"
                                 << "2"
                                 << "version";
        QTest::newRow("format") << "/format"
                                << "\"other\""
                                << "format";
        QTest::newRow("unknown key") << "/surprise"
                                     << "1"
                                     << "surprise";
        QTest::newRow("out of the folder") << "/results/0/file"
                                           << "\"../../secret\""
                                           << "results[0].file";
        QTest::newRow("absolute") << "/calibration"
                                  << "\"/etc/passwd\""
                                  << "calibration";
        QTest::newRow("twice") << "/results/0/name"
                               << "\"gptq\""
                               << "twice";
        QTest::newRow("window") << "/window"
                                << "3"
                                << "window";
        QTest::newRow("layer") << "/results/1/sensitivities/0/layer"
                               << "\"elsewhere\""
                               << "elsewhere";
        QTest::newRow("count") << "/full_precision/n_tokens"
                               << "-4"
                               << "n_tokens";
        QTest::newRow("number") << "/full_precision/perplexity"
                                << "\"many\""
                                << "perplexity";
        QTest::newRow("another model") << "/identity/layers/0/in_features"
                                       << "65"
                                       << "65";
        QTest::newRow("other weights") << "/identity/weights"
                                       << "\"0\""
                                       << "weights";
        QTest::newRow("other file") << "/identity/files/0/bytes"
                                    << "1"
                                    << "bytes";
    }
    void aTamperedListIsRefused() {
        QFETCH(QString, pointer);
        QFETCH(QString, value);
        QFETCH(QString, word);
        static SessionBench bench;
        static const SessionContents contents = bench.contents();
        static_cast<void>(SessionFolder(bench.session()).save(contents, bench.job));
        Json document = readJson(bench.session() / "session.json");
        document[Json::json_pointer(pointer.toStdString())] = Json::parse(value.toStdString());
        writeJson(bench.session() / "session.json", document);
        const QString reason = refusal([&] { static_cast<void>(SessionFolder(bench.session()).open(bench.job)); });
        QVERIFY2(reason.contains(word), qPrintable(reason));
        std::filesystem::remove_all(bench.session());
    }

    void aRunUnderEditThatIsNoneTakesNothingAlong() {
        SessionBench bench;
        SessionContents contents = bench.contents();
        contents.recipe.runs = {{"good", bench.method("rtn"), {}, {}}, {"bad", bench.method("gptq"), {}, {}}};
        contents.recipe.runs[1].method.keep = {"("};
        static_cast<void>(SessionFolder(bench.session()).save(contents, bench.job));
        const SessionFolder::Opened opened = SessionFolder(bench.session()).open(bench.job);
        QCOMPARE(opened.contents.recipe.runs.size(), std::size_t{1});
        QCOMPARE(opened.left_out.size(), std::size_t{1});
    }

    void cancellingASaveKeepsTheOneBefore() {
        SessionBench bench;
        SessionContents contents = bench.contents();
        SessionFolder folder(bench.session());
        static_cast<void>(folder.save(contents, bench.job));
        contents.runs.push_back(std::make_shared<const RunResult>(bench.run("awq", bench.method("awq"))));
        for (int checkpoint = 1; checkpoint < 40; checkpoint += 6) {
            std::stop_source stop;
            int seen = 0;
            JobContext job(stop.get_token(), [&](const Progress&) {
                if (++seen == checkpoint) stop.request_stop();
            });
            QVERIFY_EXCEPTION_THROWN(static_cast<void>(SessionFolder(bench.session()).save(contents, job)), Cancelled);
            QCOMPARE(SessionFolder(bench.session()).open(bench.job).contents.runs.size(), std::size_t{2});
        }
    }
};

QTEST_GUILESS_MAIN(TestSessionFolder)
#include "tst_session_folder.moc"
