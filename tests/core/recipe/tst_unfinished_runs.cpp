// Jobs of several runs, ended at every point where something was finished, go on from there.

#include <QDir>
#include <QFloat16>  // complete for QCOMPARE, which asks what JSON converts to
#include <QStringList>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <cstdint>
#include <fstream>
#include <functional>
#include <set>
#include <utility>

#include "core/io/lock_place.h"
#include "core/recipe/memory_forecast.h"
#include "core/recipe/run.h"
#include "core/recipe/unfinished_job.h"
#include "core/recipe/unfinished_runs.h"
#include "tests/core/exporter/sample_models.h"
#include "tests/core/recipe/directory_content.h"
#include "tests/support/places.h"

using namespace salient;
using namespace salient::samples;
namespace fs = std::filesystem;

namespace {

const fs::path kDemo = salient::test::resourceFolder() / "demo";
constexpr int kBlocks = 3;

/// A small model of three blocks that reads text, and a recipe with a run of every kind: one that stays in memory and two exports that
/// share statistics, an export that is written while it is made, and one in memory that walks by itself.
struct Bench {
    QTemporaryDir folder;

    Bench() {
        Json config = familyConfig("llama");
        config["vocab_size"] = readJson(kDemo / "model" / "config.json")["vocab_size"];
        config["num_hidden_layers"] = kBlocks;
        writeModel(model(), "llama", DType::F16, config);
        fs::copy_file(kDemo / "model" / "tokenizer.json", model() / "tokenizer.json");
    }

    [[nodiscard]] fs::path model() const { return pathOf(folder, "model"); }

    [[nodiscard]] Recipe recipe(const char* place) const {
        const fs::path out = pathOf(folder, place);
        Recipe recipe;
        recipe.model = model();
        recipe.calibration_text = kDemo / "calib.txt";
        recipe.samples = {.n_samples = 2, .seq_len = 16};
        recipe.evaluation_text = kDemo / "eval.txt";
        recipe.perplexity.seq_len = 16;
        recipe.perplexity.max_chars = 2000;
        recipe.perplexity.n_windows = 2;
        const auto add = [&](const char* name, const char* method) -> RecipeRun& {
            RecipeRun run;
            MethodSpec base;
            base.grid.group_size = 32;
            run.name = name;
            run.method = methodFromName(method, base);
            recipe.runs.push_back(run);
            return recipe.runs.back();
        };
        const auto write = [&](RecipeRun& run, ExportFormat format) {
            run.format = format;
            run.out = out / run.name;
        };
        add("memory", "rtn");
        write(add("gptq", "gptq"), ExportFormat::Gptq);
        write(add("plain", "awq"), ExportFormat::Dequantized);
        RecipeRun& streamed = add("streamed", "gptq");
        streamed.method.feed = MethodSpec::Feed::Quantized;
        write(streamed, ExportFormat::CompressedTensors);
        add("walks", "gptq").method.true_sequential = true;
        recipe.report = out / "report";
        fs::create_directories(out);
        return recipe;
    }
};

/// Runs a recipe, and ends it as a full disk would as soon as `is_time` says so; whether it came that far.
bool endsWhen(const std::function<bool(const Progress&)>& is_time, const Recipe& recipe, const RunOptions& options = {}) {
    bool has_ended = false;
    JobContext job({}, [&](const Progress& now) {
        if (has_ended || !is_time(now)) return;
        has_ended = true;
        throw Error(ErrorCode::Io, "write: injected: no space left");
    });
    try {
        (void)run(recipe, options, job);
    } catch (const Error& error) {
        if (!has_ended) throw;
    }
    return has_ended;
}

/// … when something was finished for the n-th time.
bool endsAfter(int n, const Recipe& recipe, const RunOptions& options = {}) {
    const fs::path place = placeOfRuns(recipe, options.unfinished);
    std::set<std::pair<int, int>> states;
    const auto is_time = [&](const Progress&) {
        if (const auto found = findUnfinishedRuns(place)) states.emplace(found->n_runs_done, found->n_blocks);
        return static_cast<int>(states.size()) == n;
    };
    return endsWhen(is_time, recipe, options);
}

/// Ends it as soon as so many runs are done.
bool endsAfterRuns(int n_runs, const Recipe& recipe, const RunOptions& options = {}) {
    const fs::path place = placeOfRuns(recipe, options.unfinished);
    const auto is_time = [&](const Progress&) {
        const auto found = findUnfinishedRuns(place);
        return found && found->n_runs_done == n_runs;
    };
    return endsWhen(is_time, recipe, options);
}

QString complaint(const Recipe& recipe, const RunOptions& options = {}) {
    JobContext job;
    try {
        (void)run(recipe, options, job);
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

/// What a report says of its runs, but for times, and what is known only of a run that one start made.
Json numbersOf(const Report& report) {
    Json runs = toJson(report)["methods"];
    for (Json& run : runs) {
        for (const char* key : {"seconds", "verification", "n_blocks_resumed", "out"}) run.erase(key);
        if (run.contains("evaluation")) run["evaluation"].erase("seconds");
        for (Json& layer : run["layers"]) layer.erase("seconds");
    }
    return runs;
}

/// One bit of a file flips on the disk.
void flipBit(const fs::path& path, std::uintmax_t byte) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(byte));
    const int found = file.get();
    file.seekp(static_cast<std::streamoff>(byte));
    file.put(static_cast<char>(found ^ 1));
}

QStringList entriesOf(const fs::path& folder) {
    return QDir(QString::fromStdString(folder.string())).entryList(QDir::NoDotAndDotDot | QDir::AllEntries | QDir::Hidden);
}

/// The exports of a recipe, without their reports, which hold times.
std::map<std::string, std::string> exportsOf(const Recipe& recipe) {
    std::map<std::string, std::string> all;
    for (const RecipeRun& run : recipe.runs) {
        for (auto& [file, bytes] : contentOf(run.out)) all[run.name + "/" + file] = std::move(bytes);
    }
    return all;
}

}  // namespace

class TestUnfinishedRuns : public QObject {
    Q_OBJECT

private slots:
    void endedAfterAnyBlockOrRunItGoesOnWithTheSameBits() {
        const Bench bench;
        const Recipe whole = bench.recipe("whole");
        JobContext job;
        const Report expected = run(whole, job);
        const auto exports = exportsOf(whole);
        QVERIFY(!exports.empty());
        QCOMPARE(entriesOf(pathOf(bench.folder, "whole")), (QStringList{"gptq", "plain", "report", "streamed"}));

        const Recipe recipe = bench.recipe("resumed");
        const fs::path place = placeOfRuns(recipe, {});
        QCOMPARE(place, pathOf(bench.folder, "resumed") / ".gptq.unfinished-job");
        int n = 1;
        for (; endsAfter(n, recipe); ++n) {
            const QString at = QStringLiteral("finished thing %1").arg(n);
            const auto left = findUnfinishedRuns(place);
            QVERIFY2(left.has_value(), qPrintable(at));
            const int n_runs_done = left->n_runs_done;
            // A second start that is ended, too, has not lost what the first one did.
            (void)endsAfter(2, recipe, {.resume = true});
            if (const auto still = findUnfinishedRuns(place)) QVERIFY2(still->n_runs_done >= n_runs_done, qPrintable(at));
            const bool is_left = fs::exists(place);
            if (is_left) {
                const Report resumed = run(recipe, {.resume = true}, job);
                QVERIFY2(numbersOf(resumed) == numbersOf(expected), qPrintable(at));
                const auto is_resumed = [](const RunResult& result) { return result.n_blocks_resumed == kBlocks; };
                QVERIFY2(std::ranges::count_if(resumed.runs, is_resumed) >= n_runs_done, qPrintable(at));
            }
            QVERIFY2(exportsOf(recipe) == exports, qPrintable(at));
            QCOMPARE(entriesOf(pathOf(bench.folder, "resumed")), (QStringList{"gptq", "plain", "report", "streamed"}));
            QVERIFY(fs::exists(recipe.report / "report.json"));
            fs::remove_all(pathOf(bench.folder, "resumed"));
            fs::create_directories(pathOf(bench.folder, "resumed"));
        }
        // Blocks of statistics, of three runs that share them, of two that do not; and five runs. What is finished between two
        // checkpoints counts once.
        QVERIFY2(n > 3 * kBlocks + 5, qPrintable(QString::number(n)));
    }

    void endedBeforeAnExportWasReadBackItIsReadBackByTheNextStart_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"gptq", "plain", "streamed"}) QTest::newRow(name) << name;
    }
    void endedBeforeAnExportWasReadBackItIsReadBackByTheNextStart() {
        QFETCH(QString, name);
        const Bench bench;
        const Recipe whole = bench.recipe("whole");
        JobContext job;
        const Report expected = run(whole, job);
        const Recipe recipe = bench.recipe("resumed");
        const fs::path out = pathOf(bench.folder, "resumed") / name.toStdString();
        QVERIFY(endsWhen([&](const Progress& now) { return now.stage == "verifying" && now.detail == out.string(); }, recipe));
        QVERIFY(fs::exists(out));
        const auto written = fs::last_write_time(out / "salient.json");
        // What a process leaves that dies between the rename and clearing up.
        fs::create_directories(ResumableDirectory::placeFor(out));
        writeJson(ResumableDirectory::placeFor(out) / "job.json", {{"n_blocks_done", kBlocks}, {"n_blocks", kBlocks}});
        const Report resumed = run(recipe, {.resume = true}, job);
        QVERIFY(fs::last_write_time(out / "salient.json") == written);
        QVERIFY(numbersOf(resumed) == numbersOf(expected));
        QVERIFY(exportsOf(recipe) == exportsOf(whole));
        for (const RunResult& result : resumed.runs) {
            QVERIFY(result.is_verified);
            // What was made is gone, so the file is not run beside it, which is said.
            if (result.out == out.string()) QVERIFY(result.verification.find("; reloaded: not run, since") != std::string::npos);
        }
        QCOMPARE(entriesOf(pathOf(bench.folder, "resumed")), (QStringList{"gptq", "plain", "report", "streamed"}));
    }

    void whatOthersPutInATargetIsNotTakenForAnExport() {
        const Bench bench;
        const Recipe recipe = bench.recipe("out");
        const fs::path out = recipe.runs[1].out;
        QVERIFY(endsAfterRuns(4, recipe));
        QVERIFY(fs::exists(out));
        // Gone: it is made again, with the others left as they are.
        const auto before = exportsOf(recipe);
        fs::remove_all(out);
        QVERIFY(endsWhen([&](const Progress& now) { return now.stage == "verifying" && now.detail == out.string(); }, recipe,
                         {.resume = true}));
        QVERIFY(exportsOf(recipe) == before);
        // Something else in its place: refused, and left alone.
        fs::remove_all(out);
        fs::create_directories(out);
        std::ofstream(out / "notes.txt") << "mine";
        const QString refused = complaint(recipe, {.resume = true});
        QVERIFY2(refused.contains("gptq: expected a new or empty directory, found one with files"), qPrintable(refused));
        QCOMPARE(entriesOf(out), QStringList{"notes.txt"});
        // An export of other settings, likewise.
        Recipe other = bench.recipe("other");
        other.runs[1].method.gptq.damping = 0.02;
        JobContext job;
        (void)run(other, job);
        fs::remove_all(out);
        fs::rename(other.runs[1].out, out);
        QVERIFY(complaint(recipe, {.resume = true}).contains("found one with files"));
    }

    void anUnfinishedJobIsOfferedByTheNextStart() {
        const Bench bench;
        const Recipe recipe = bench.recipe("out");
        std::stop_source stop;
        const fs::path place = placeOfRuns(recipe, {});
        JobContext job(stop.get_token(), [&](const Progress&) {
            const auto found = findUnfinishedRuns(place);
            if (found && found->n_runs_done == 2) stop.request_stop();
        });
        QString said;
        try {
            (void)run(recipe, job);
        } catch (const Cancelled& cancelled) {
            said = cancelled.what();
        }
        const QString offer = "2 of 5 runs done, and ";
        QVERIFY2(said.startsWith("cancelled; what is finished is kept in " + QString::fromStdString(place.string()) + ", " + offer),
                 qPrintable(said));
        const QString refused = complaint(recipe);
        QVERIFY2(refused.contains("found an unfinished one in " + QString::fromStdString(place.string()) + ", " + offer) &&
                     refused.contains("go on with it (--resume), or remove that directory to begin anew"),
                 qPrintable(refused));
        QCOMPARE(findUnfinishedRuns(place)->n_runs_done, 2);
        fs::remove_all(place);
        QVERIFY(complaint(recipe).contains("found one with files"));  // the export that was done
    }

    void cancelledBeforeAnythingIsFinishedNothingStays() {
        const Bench bench;
        const Recipe recipe = bench.recipe("out");
        QVERIFY(endsWhen([](const Progress& now) { return now.stage == "perplexity" && now.done > 0; }, recipe));
        QVERIFY(entriesOf(pathOf(bench.folder, "out")).isEmpty());
    }

    void theOriginalIsMeasuredOnce() {
        const Bench bench;
        const Recipe whole = bench.recipe("whole");
        JobContext job;
        const Report expected = run(whole, job);
        const Recipe recipe = bench.recipe("out");
        QVERIFY(endsWhen([](const Progress& now) { return now.stage == "calibrating"; }, recipe));
        const QString refused = complaint(recipe);
        QVERIFY2(refused.contains(", 0 of 5 runs done, and the original's perplexity: go on"), qPrintable(refused));
        const fs::path original = placeOfRuns(recipe, {}) / "original.safetensors";
        const fs::file_time_type made = fs::last_write_time(original);
        for (const bool is_last : {false, true}) {
            bool is_made_again = false;
            const auto is_time = [&](const Progress& now) {
                if (now.stage != "perplexity") return false;
                is_made_again = is_made_again || fs::last_write_time(original) != made;
                return !is_last;
            };
            QCOMPARE(endsWhen(is_time, recipe, {.resume = true}), !is_last);
            QVERIFY(!is_made_again);
        }
        QVERIFY(exportsOf(recipe) == exportsOf(whole));
        const Json report = readJson(recipe.report / "report.json");
        Json found = report["full_precision"];
        Json measured = toJson(*expected.full_precision);
        for (Json* numbers : {&found, &measured}) numbers->erase("seconds");
        QCOMPARE(found, measured);
        const auto is_measured = [](const Json& stage) { return stage["stage"] == "perplexity: full precision"; };
        QVERIFY(std::none_of(report["stages"].begin(), report["stages"].end(), is_measured));
    }

    void anOriginalThatCannotBeReadIsEvaluatedAgain_data() {
        QTest::addColumn<QString>("expected");
        QTest::newRow("cut off") << "";
        QTest::newRow("empty") << "";
        QTest::newRow("a bit of its numbers") << "expected the bytes of its checksum, found others";
        QTest::newRow("a bit of its header") << "";
        QTest::newRow("gone") << "expected it beside what is finished, found none";
    }
    void anOriginalThatCannotBeReadIsEvaluatedAgain() {
        QFETCH(QString, expected);
        const QString damage = QTest::currentDataTag();
        const Bench bench;
        const Recipe whole = bench.recipe("whole");
        JobContext job;
        const Report uninterrupted = run(whole, job);
        QVERIFY(uninterrupted.warnings.empty());
        const Recipe recipe = bench.recipe("out");
        QVERIFY(endsAfterRuns(1, recipe));
        const fs::path original = placeOfRuns(recipe, {}) / "original.safetensors";
        const std::uintmax_t size = fs::file_size(original);
        if (damage == "cut off") fs::resize_file(original, size / 2);
        if (damage == "empty") fs::resize_file(original, 0);
        if (damage == "a bit of its numbers") flipBit(original, size / 2);
        if (damage == "a bit of its header") flipBit(original, 0);
        if (damage == "gone") fs::remove(original);

        const Report resumed = run(recipe, {.resume = true}, job);
        QVERIFY(numbersOf(resumed) == numbersOf(uninterrupted));
        QVERIFY(exportsOf(recipe) == exportsOf(whole));
        Json found = toJson(*resumed.full_precision);
        Json measured = toJson(*uninterrupted.full_precision);
        for (Json* numbers : {&found, &measured}) numbers->erase("seconds");
        QCOMPARE(found, measured);
        QVERIFY(std::ranges::any_of(resumed.runs, [](const RunResult& result) { return result.n_blocks_resumed > 0; }));
        // It is said once, wherever the report is read.
        QCOMPARE(resumed.warnings.size(), std::size_t{1});
        const QString said = QString::fromStdString(resumed.warnings.front());
        const QString file = QString::fromStdString(original.string());
        QVERIFY2(said.startsWith("resume: the original was evaluated again: ") && said.contains(file) && said.contains(expected),
                 qPrintable(said));
        const Json written = readJson(recipe.report / "report.json");
        QCOMPARE(written["warnings"], Json(resumed.warnings));
        QVERIFY(readText(recipe.report / "report.html").find("resume: the original was evaluated again: ") != std::string::npos);
        QCOMPARE(entriesOf(pathOf(bench.folder, "out")), (QStringList{"gptq", "plain", "report", "streamed"}));
    }

    void anOriginalThatWasEvaluatedAgainIsKept() {
        const Bench bench;
        const Recipe recipe = bench.recipe("out");
        QVERIFY(endsAfterRuns(1, recipe));
        const fs::path original = placeOfRuns(recipe, {}) / "original.safetensors";
        fs::resize_file(original, fs::file_size(original) / 2);
        QVERIFY(endsAfterRuns(2, recipe, {.resume = true}));
        JobContext job;
        const Report resumed = run(recipe, {.resume = true}, job);
        QVERIFY(resumed.warnings.empty());
        const auto is_measured = [](const auto& stage) { return stage.first == "perplexity: full precision"; };
        QVERIFY(std::ranges::none_of(resumed.stage_seconds, is_measured));
    }

    void theForecastIsOfWhatIsLeft() {
        const Bench bench;
        const Recipe recipe = bench.recipe("out");
        const auto model = Model::open(recipe.model);
        const auto forecast = [&](const RunOptions& given) {
            double work = 0.0;
            RunOptions options = given;
            options.before_work = [&](const Report& planned) {
                work = planned.work.float32;
                throw Error(ErrorCode::Io, "injected: seen");
            };
            (void)complaint(recipe, options);
            return work;
        };
        const auto isAbout = [](double found, double expected) { return std::abs(found - expected) < 1e-6 * expected; };
        const double whole = forecast({});
        QVERIFY(isAbout(whole, jobWork(*model, recipe, false, false).float32));
        const fs::path place = placeOfRuns(recipe, {});
        QVERIFY(!fs::exists(place));
        QVERIFY(endsWhen([](const Progress& now) { return now.stage == "calibrating"; }, recipe));
        // The original: a pass, and its head.
        const auto n_tokens = static_cast<double>(evaluatedTokens(recipe.evaluation_text, recipe.perplexity, 16));
        const double pass = forwardWork(*model, n_tokens, 16, Compute::Float32).float32;
        const double head = headMultiplyAdds(*model, n_tokens);
        double left = whole - pass - head;
        QVERIFY(isAbout(forecast({.resume = true}), left));
        // The first run, with its evaluation, and the statistics, of which the blocks that are there are passed no more.
        QVERIFY(endsAfterRuns(1, recipe, {.resume = true}));
        const DoneWork done = doneWork(recipe, place);
        QVERIFY(done.has_original);
        QCOMPARE(done.n_shared_blocks, kBlocks);
        QCOMPARE(done.runs.size(), std::size_t{5});
        QVERIFY(done.runs[0].is_made && done.runs[0].is_evaluated && !done.runs[3].is_made);
        left -= quantizationWork(*model, recipe.runs[0].method).float32 + pass + 2.0 * head;
        left -= calibrationWork(*model, 2.0 * 16.0, 16, Compute::Float32).float32;
        // Blocks of others that share the statistics were made with its own.
        for (const std::size_t i : {1U, 2U}) {
            QCOMPARE(done.runs[i].n_blocks, kBlocks);
            left -= quantizationWork(*model, recipe.runs[i].method).float32;
        }
        QVERIFY(isAbout(forecast({.resume = true}), left));
        // An export that was taken away is made again, and evaluated.
        QVERIFY(endsAfterRuns(2, recipe, {.resume = true}));
        QVERIFY(isAbout(forecast({.resume = true}), left - pass - 2.0 * head));
        fs::remove_all(recipe.runs[1].out);
        const double again = quantizationWork(*model, recipe.runs[1].method).float32;
        QVERIFY(isAbout(forecast({.resume = true}), left + again));
    }

    void withoutARecordTheForecastIsOfAllOfIt() {
        const Bench bench;
        const Recipe recipe = bench.recipe("out");
        const fs::path place = placeOfRuns(recipe, {});
        QVERIFY(endsAfterRuns(1, recipe));
        QVERIFY(doneWork(recipe, place).runs[0].is_made);
        // As where a process died while it cleared up: the record goes first.
        fs::remove(place / "job.json");
        const DoneWork done = doneWork(recipe, place);
        QVERIFY(!done.has_original);
        QCOMPARE(done.n_shared_blocks, 0);
        for (const DoneWork::Run& run : done.runs) QVERIFY(!run.is_made && !run.is_evaluated && run.n_blocks == 0);
    }

    void whatDiffersIsRefusedAndSaid_data() {
        QTest::addColumn<QString>("expected");
        QTest::newRow("settings") << "damping: 0.01 then, 0.02 now";
        QTest::newRow("name") << "runs[0].name: memory then, other now";
        QTest::newRow("target") << "runs[2].out: ";
        QTest::newRow("format") << "runs[3].format: compressed-tensors then, gptq now";
        QTest::newRow("runs") << "n_runs: 5 then, 4 now";
        QTest::newRow("samples") << "samples.tokens: ";
        QTest::newRow("evaluation") << "evaluation.n_windows: 2 then, 3 now";
        QTest::newRow("evaluation text") << "evaluation.text: ";
        QTest::newRow("precision") << "compute: float32 then, bfloat16 now";
        QTest::newRow("model") << "model.model.safetensors: ";
        QTest::newRow("version") << "version: 0.0.0 then";
        QTest::newRow("record") << "expected the record of a job";
        QTest::newRow("runs of the record") << "n_runs: expected an integer from 1 to 1000, found 1001";
        QTest::newRow("runs of the record that fit no number") << "n_runs: expected an integer from 1 to 1000, found 4294967297";
        QTest::newRow("targets of the record") << "streamed: expected no more targets than the 5 runs, found 6";
        QTest::newRow("numbers of a run") << "checksum";
    }
    void whatDiffersIsRefusedAndSaid() {
        QFETCH(QString, expected);
        const QString change = QTest::currentDataTag();
        const Bench bench;
        const Recipe recipe = bench.recipe("out");
        QVERIFY(endsAfterRuns(1, recipe));
        const fs::path place = placeOfRuns(recipe, {});
        Recipe changed = recipe;
        if (change == "settings") changed.runs[1].method.gptq.damping = 0.02;
        if (change == "name") changed.runs[0].name = "other";
        if (change == "target") changed.runs[2].out = pathOf(bench.folder, "elsewhere");
        if (change == "format") changed.runs[3].format = ExportFormat::Gptq;
        if (change == "runs") changed.runs.pop_back();
        if (change == "samples") changed.samples.seed = 5;
        if (change == "evaluation") changed.perplexity.n_windows = 3;
        if (change == "evaluation text") changed.evaluation_text = kDemo / "calib.txt";
        if (change == "precision") changed.compute = Compute::BFloat16;
        if (change == "model") fs::last_write_time(bench.model() / "model.safetensors", fs::file_time_type::clock::now());
        if (change == "version" || change.contains("record")) {
            Json record = readJson(place / "job.json");
            if (change == "version") record["identity"]["version"] = "0.0.0";
            if (change == "record") record.erase("n_runs");
            if (change == "runs of the record") record["n_runs"] = 1001;
            if (change == "runs of the record that fit no number") record["n_runs"] = 4294967297;  // 2³² + 1
            if (change == "targets of the record") record["streamed"] = Json::array({"a", "b", "c", "d", "e", "f"});
            writeJson(place / "job.json", record);
        }
        const bool is_damaged = change == "numbers of a run";
        if (is_damaged) flipBit(place / "run-1.safetensors", fs::file_size(place / "run-1.safetensors") / 2);
        const auto before = contentOf(place);
        const QString refused = complaint(changed, {.resume = true});
        if (is_damaged) {
            QVERIFY2(refused.contains("run-1.safetensors") && refused.contains("to begin anew"), qPrintable(refused));
        } else {
            QVERIFY2(refused.contains(expected), qPrintable(refused));
        }
        // Refusing takes nothing away.
        QVERIFY(contentOf(place) == before);
    }

    void aComparisonThatWritesNothingKeepsWhatItFinishedWhereItIsAskedTo() {
        const Bench bench;
        Recipe recipe = bench.recipe("out");
        std::erase_if(recipe.runs, [](const RecipeRun& run) { return run.format.has_value(); });
        recipe.report.clear();
        JobContext job;
        const Report expected = run(recipe, job);
        QVERIFY(entriesOf(pathOf(bench.folder, "out")).isEmpty());
        QVERIFY(complaint(recipe, {.resume = true}).contains("expected a recipe that writes an export or a report"));

        const fs::path place = pathOf(bench.folder, "kept");
        int n = 1;
        for (; endsAfter(n, recipe, {.unfinished = place}); ++n) {
            QVERIFY(complaint(recipe, {.unfinished = place}).contains("--resume"));
            const Report resumed = run(recipe, {.resume = true, .unfinished = place}, job);
            QVERIFY(numbersOf(resumed) == numbersOf(expected));
            QVERIFY(n == 1 || std::ranges::any_of(resumed.runs, [](const RunResult& result) { return result.n_blocks_resumed > 0; }));
            QVERIFY(!fs::exists(place));
        }
        QVERIFY(n > kBlocks);
        // Somebody else's directory is not used.
        fs::create_directories(place);
        std::ofstream(place / "notes.txt") << "mine";
        const QString refused = complaint(recipe, {.unfinished = place});
        QVERIFY2(refused.contains("expected a new or empty directory for finished blocks, found 'notes.txt' in it"), qPrintable(refused));
        QCOMPARE(entriesOf(place), QStringList{"notes.txt"});
        // Nor are its folders, even where they have the names of ours.
        fs::remove(place / "notes.txt");
        fs::create_directories(place / "run-1");
        for (const char* name : {"notes.txt", ".draft.partial-1"}) {
            std::ofstream(place / "run-1" / name) << "mine";
            QVERIFY(complaint(recipe, {.unfinished = place}).contains("found 'run-1' in it"));
            QCOMPARE(entriesOf(place), QStringList{"run-1"});
            QCOMPARE(entriesOf(place / "run-1"), QStringList{name});
            fs::remove(place / "run-1" / name);
        }
        fs::remove_all(place / "run-1");
        // Nor its files, whatever they are called.
        for (const char* name : {"lock", "run-1.safetensors", "original.safetensors", ".draft.partial-1"}) {
            std::ofstream(place / name) << "mine";
            const QString said = complaint(recipe, {.unfinished = place});
            QVERIFY2(said.contains("found '" + QString(name) + "' in it"), qPrintable(said));
            QCOMPARE(contentOf(place), (std::map<std::string, std::string>{{name, "mine"}}));
            fs::remove(place / name);
        }
    }

    void whereNothingCanBeKeptBesideAReportTheJobIsDoneAllTheSame() {
        const Bench bench;
        Recipe recipe = bench.recipe("out");
        std::erase_if(recipe.runs, [](const RecipeRun& run) { return run.format.has_value(); });
        std::ofstream(placeOfRuns(recipe, {})) << "a file where the folder should be";
        JobContext job;
        const Report report = run(recipe, job);
        QVERIFY(fs::exists(recipe.report / "report.json"));
        QCOMPARE(report.runs.size(), std::size_t{2});
        for (const RunResult& result : report.runs) {
            const auto is_said = [](const std::string& warning) { return warning.starts_with("resume: finished blocks were not kept"); };
            QCOMPARE(std::ranges::count_if(result.warnings, is_said), std::ptrdiff_t{1});
        }
        QVERIFY(complaint(recipe, {.resume = true}).contains("unfinished-job"));  // who asks to go on is told
    }

    void aRunFromAFileOfInputsGoesOnToo() {
        const QTemporaryDir folder;
        writeModel(pathOf(folder, "model"), "llama", DType::F16);
        const fs::path inputs = pathOf(folder, "capture.npz");
        fs::copy_file(salient::test::testDataFolder() / "inputs/capture.npz", inputs);
        const auto recipeTo = [&](const char* out) {
            Recipe recipe;
            recipe.model = pathOf(folder, "model");
            recipe.inputs = inputs;
            RecipeRun& run = recipe.runs.emplace_back();
            MethodSpec base;
            base.grid.group_size = 32;
            run.method = methodFromName("gptq", base);
            run.format = ExportFormat::Gptq;
            run.out = pathOf(folder, out);
            return recipe;
        };
        JobContext job;
        (void)run(recipeTo("whole"), job);
        const Recipe recipe = recipeTo("out");
        QVERIFY(endsAfter(1, recipe));
        const Report resumed = run(recipe, {.resume = true}, job);
        QVERIFY(resumed.runs[0].n_blocks_resumed > 0);
        QVERIFY(contentOf(recipe.runs[0].out) == contentOf(pathOf(folder, "whole")));
        const std::string not_compared = "; reloaded: the check by perplexity does not apply: ";
        QVERIFY(resumed.runs[0].verification.find(not_compared) != std::string::npos);
        // Read back by a later start than that which wrote it: for the same reason, and not for the blocks that are no longer in memory.
        fs::remove_all(recipe.runs[0].out);
        QVERIFY(endsWhen([](const Progress& now) { return now.stage == "verifying"; }, recipe));
        QVERIFY(run(recipe, {.resume = true}, job).runs[0].verification.find(not_compared) != std::string::npos);
        fs::remove_all(recipe.runs[0].out);
        QVERIFY(endsAfter(1, recipe));
        fs::last_write_time(inputs, fs::file_time_type::clock::now());
        QVERIFY(complaint(recipe, {.resume = true}).contains("found another (inputs: "));
    }

    void oneExportThatIsEvaluatedIsReadBackByTheNextStart() {
        const Bench bench;
        Recipe whole = bench.recipe("whole");
        whole.runs = {whole.runs[1]};
        JobContext job;
        const Report expected = run(whole, job);
        Recipe recipe = bench.recipe("out");
        recipe.runs = {recipe.runs[1]};
        const fs::path place = placeOfRuns(recipe, {});
        // Made, with its blocks beside its target; written; evaluated.
        for (const char* stage : {"quantizing", "verifying", "perplexity"}) {
            bool is_made = false;
            const auto is_time = [&](const Progress& now) {
                const auto found = findUnfinishedRuns(place);
                is_made = is_made || (found && (found->n_blocks > 1 || found->n_runs_made > 0));
                return is_made && now.stage == stage;
            };
            QVERIFY2(endsWhen(is_time, recipe), stage);
            QCOMPARE(fs::exists(recipe.runs[0].out), QString(stage) != "quantizing");
            QVERIFY2(complaint(recipe).contains("found an unfinished one in "), stage);
            const Report resumed = run(recipe, {.resume = true}, job);
            QVERIFY2(numbersOf(resumed) == numbersOf(expected), stage);
            QVERIFY(exportsOf(recipe) == exportsOf(whole));
            QCOMPARE(entriesOf(pathOf(bench.folder, "out")), (QStringList{"gptq", "report"}));
            fs::remove_all(recipe.runs[0].out);
        }
    }

    void aSingleExportKeepsItsBlocksBesideItsTargetAlone() {
        const Bench bench;
        Recipe recipe = bench.recipe("out");
        recipe.runs = {recipe.runs[1]};
        recipe.evaluation_text.clear();
        recipe.report.clear();
        QVERIFY(isStreamedAlone(recipe) && placeOfRuns(recipe, {}).empty());
        const QString refused = complaint(recipe, {.unfinished = pathOf(bench.folder, "kept")});
        QVERIFY2(refused.contains("expected no directory for what is finished"), qPrintable(refused));
    }

    void whatAnotherJobLeftBesideATargetIsRefusedAndLeftAlone() {
        const Bench bench;
        Recipe recipe = bench.recipe("out");
        recipe.runs = {recipe.runs[1]};
        Recipe alone = recipe;
        alone.evaluation_text.clear();
        alone.report.clear();
        const auto has_a_block = [&](const Progress&) { return findUnfinished(alone.runs[0].out).has_value(); };
        QVERIFY(endsWhen(has_a_block, alone));
        const QString refused = complaint(recipe);
        QVERIFY2(refused.contains("found an unfinished job in ") && !refused.contains("is kept in "), qPrintable(refused));
        QCOMPARE(entriesOf(pathOf(bench.folder, "out")), QStringList{".gptq.unfinished"});
        // Nor is it gone on with where it is another's; what was begun for this one holds nothing, and is not spoken of.
        recipe.runs[0].method.gptq.damping = 0.02;
        const auto before = contentOf(pathOf(bench.folder, "out"));
        const QString other = complaint(recipe, {.resume = true});
        QVERIFY2(other.contains("found another (") && !other.contains("unfinished-job"), qPrintable(other));
        QVERIFY(contentOf(pathOf(bench.folder, "out")) == before);
    }

    /// What another holds the lock of is not offered to be gone on with, nor to be removed, whatever is finished there.
    void aPlaceAtWorkIsNotOffered() {
        const Bench bench;
        const Recipe recipe = bench.recipe("out");
        QVERIFY(endsAfterRuns(1, recipe));
        const fs::path place = placeOfRuns(recipe, {});
        const auto before = contentOf(place);
        {
            const FileDescriptor lock = lockPlace(place, place);
            for (const bool resume : {false, true}) {
                const QString refused = complaint(recipe, {.resume = resume});
                QVERIFY2(refused.contains("found one at work in") && !refused.contains("remove"), qPrintable(refused));
            }
            QVERIFY(contentOf(place) == before);
        }
        const QString offered = complaint(recipe);
        QVERIFY2(offered.contains("go on with it (--resume), or remove"), qPrintable(offered));
        QVERIFY(contentOf(place) == before);
    }

    void blocksBesideATargetAtWorkAreNotOffered() {
        const Bench bench;
        Recipe recipe = bench.recipe("out");
        recipe.runs = {recipe.runs[1]};
        const fs::path out = recipe.runs[0].out;
        Recipe alone = recipe;
        alone.evaluation_text.clear();
        alone.report.clear();
        QVERIFY(endsWhen([&](const Progress&) { return findUnfinished(out).has_value(); }, alone));
        const auto before = contentOf(pathOf(bench.folder, "out"));
        {
            const FileDescriptor lock = lockPlace(ResumableDirectory::placeFor(out), out);
            const QString refused = complaint(recipe);
            QVERIFY2(refused.contains("found one at work in") && !refused.contains("remove"), qPrintable(refused));
        }
        const QString offered = complaint(recipe);
        QVERIFY2(offered.contains("go on with it (--resume), or remove"), qPrintable(offered));
        QVERIFY(contentOf(pathOf(bench.folder, "out")) == before);
    }

    void whetherAJobGoesOnIsWhatLiesThereOnceItIsLocked() {
        const QTemporaryDir folder;
        const fs::path place = pathOf(folder, "place");
        const Json identity = {{"job", "one"}};
        {
            const UnfinishedRuns begun(place, identity, {}, 2, true);
            QVERIFY(!begun.goesOn());
            std::ofstream(place / "run-1.safetensors") << "finished";
            QVERIFY(!begun.goesOn());
        }
        const UnfinishedRuns resumed(place, identity, {}, 2, true);
        QVERIFY(resumed.goesOn());
    }

    void aJobAtWorkIsNotTouched() {
        const Bench bench;
        const Recipe recipe = bench.recipe("out");
        QString refused;
        JobContext outer({}, [&](const Progress& now) {
            if (now.stage == "calibrating" && refused.isEmpty()) refused = complaint(recipe, {.resume = true});
        });
        (void)run(recipe, outer);
        QVERIFY2(refused.contains("found one at work in"), qPrintable(refused));
        QCOMPARE(entriesOf(pathOf(bench.folder, "out")), (QStringList{"gptq", "plain", "report", "streamed"}));
    }
};

QTEST_GUILESS_MAIN(TestUnfinishedRuns)
#include "tst_unfinished_runs.moc"
