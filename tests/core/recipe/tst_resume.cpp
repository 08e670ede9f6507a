#include <QFloat16>  // complete for QCOMPARE, which asks what JSON converts to
#include <QTemporaryDir>
#include <QTest>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <limits>
#include <map>
#include <new>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>

#include "core/exporter/verify.h"
#include "core/io/process_memory.h"
#include "core/recipe/run.h"
#include "core/recipe/saved_numbers.h"
#include "core/recipe/unfinished_job.h"
#include "tests/core/recipe/directory_content.h"
#include "tests/support/places.h"

using namespace salient;
namespace fs = std::filesystem;

namespace {

const fs::path kDemo = salient::test::resourceFolder() / "demo";

fs::path pathOf(const QTemporaryDir& folder, const char* name) { return fs::path(folder.path().toStdString()) / name; }

Recipe recipeFor(const std::string& method, ExportFormat format, const fs::path& out) {
    Recipe recipe;
    recipe.model = kDemo / "model";
    recipe.calibration_text = kDemo / "calib.txt";
    recipe.samples = {.n_samples = 3, .seq_len = 48};
    RecipeRun run;
    MethodSpec base;
    base.grid.is_symmetric = format != ExportFormat::Awq;
    run.method = methodFromName(method, base);
    run.name = method;
    run.format = format;
    run.out = out;
    recipe.runs.push_back(run);
    return recipe;
}

/// Ends a job at that checkpoint as a full disk would; returns whether it came that far.
bool failsAt(int checkpoint, const Recipe& recipe, const RunOptions& options = {}) {
    int seen = 0;
    JobContext job({}, [&](const Progress& now) {
        if (now.stage != "verifying" && seen++ == checkpoint) throw Error(ErrorCode::Io, "write: injected: no space left");
    });
    try {
        (void)run(recipe, options, job);
    } catch (const Error& error) {
        if (std::string(error.what()).find("injected") == std::string::npos) throw;
        return true;
    }
    return false;
}

int checkpointsOf(const Recipe& recipe) {
    int n = 0;
    JobContext job({}, [&](const Progress& now) { n += now.stage == "verifying" ? 0 : 1; });
    (void)run(recipe, job);
    return n;
}

/// Runs a job that something strikes once, at the first checkpoint after a block is done. Returns the error that it ends with.
std::optional<Error> struckAfterABlock(const Recipe& recipe, const std::function<void()>& strike) {
    const fs::path record = ResumableDirectory::placeFor(recipe.runs[0].out) / "job.json";
    bool is_struck = false;
    JobContext job({}, [&](const Progress&) {
        if (is_struck || !fs::exists(record)) return;
        is_struck = true;
        strike();
    });
    try {
        (void)run(recipe, job);
    } catch (const Error& error) {
        return error;
    }
    if (!is_struck) throw std::logic_error("no checkpoint came after a finished block");
    return {};
}

QString complaint(const Recipe& recipe, const RunOptions& options) {
    JobContext job;
    try {
        (void)run(recipe, options, job);
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

}  // namespace

class TestResume : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { original_ = contentOf(kDemo / "model"); }
    void cleanup() { QVERIFY(contentOf(kDemo / "model") == original_); }

    void aResumedExportHasTheBitsOfAnUninterruptedOne_data() {
        QTest::addColumn<QString>("method");
        QTest::addColumn<int>("format");
        QTest::addColumn<bool>("true_sequential");
        QTest::addColumn<bool>("feed_quantized");
        const auto row = [](const char* name, const char* method, ExportFormat format, bool sequential = false, bool quantized = false) {
            QTest::newRow(name) << method << static_cast<int>(format) << sequential << quantized;
        };
        row("rtn", "rtn", ExportFormat::Dequantized);
        row("gptq", "gptq", ExportFormat::Gptq);
        row("awq", "awq", ExportFormat::Awq);
        row("smoothquant", "smoothquant", ExportFormat::CompressedTensors);
        row("w8a8", "w8a8", ExportFormat::CompressedTensors);
        row("awq+gptq", "awq+gptq", ExportFormat::CompressedTensors);
        row("smoothquant+gptq", "smoothquant+gptq", ExportFormat::CompressedTensors);
        row("gguf", "gptq", ExportFormat::Gguf);
        row("gguf of AWQ fed by the quantized model", "awq", ExportFormat::Gguf, false, true);
        row("gptq fed by the quantized model", "gptq", ExportFormat::Gptq, false, true);
        row("gptq true-sequential", "gptq", ExportFormat::Gptq, true, true);
        row("awq true-sequential, original feed", "awq", ExportFormat::Awq, true, false);
        row("smoothquant fed by the quantized model", "smoothquant", ExportFormat::CompressedTensors, false, true);
    }
    void aResumedExportHasTheBitsOfAnUninterruptedOne() {
        QFETCH(QString, method);
        QFETCH(int, format);
        QFETCH(bool, true_sequential);
        QFETCH(bool, feed_quantized);
        const QTemporaryDir folder;
        Recipe recipe = recipeFor(method.toStdString(), static_cast<ExportFormat>(format), pathOf(folder, "whole"));
        recipe.runs[0].method.true_sequential = true_sequential;
        if (feed_quantized) recipe.runs[0].method.feed = MethodSpec::Feed::Quantized;
        const int n_checkpoints = checkpointsOf(recipe);
        const auto whole = contentOf(recipe.runs[0].out);
        recipe.runs[0].out = pathOf(folder, "resumed");
        std::mt19937 random(7);
        int n_resumed = 0;
        for (int attempt = 0; attempt < 2; ++attempt) {
            // A job that fails, a resumed one that fails later or at once, and one that goes through.
            const int first = n_checkpoints / 3 + static_cast<int>(random() % static_cast<unsigned>(n_checkpoints / 2));
            QVERIFY(failsAt(first, recipe));
            QVERIFY(!fs::exists(recipe.runs[0].out));
            (void)failsAt(static_cast<int>(random() % static_cast<unsigned>(n_checkpoints / 3)), recipe, {.resume = true});
            if (!fs::exists(recipe.runs[0].out)) {
                JobContext job;
                const Report report = run(recipe, {.resume = true}, job);
                QVERIFY(report.runs[0].is_verified);
                QCOMPARE(report.runs[0].layers.size(), std::size_t{28});
                n_resumed += report.runs[0].n_blocks_resumed > 0 ? 1 : 0;
            }
            QVERIFY(contentOf(recipe.runs[0].out) == whole);
            fs::remove_all(recipe.runs[0].out);
            QVERIFY(!fs::exists(ResumableDirectory::placeFor(recipe.runs[0].out)));
        }
        QVERIFY(n_resumed > 0);
    }

    void aDeathAtAnyCheckpointCanBeResumed() {
        const QTemporaryDir folder;
        Recipe recipe = recipeFor("rtn", ExportFormat::Gptq, pathOf(folder, "whole"));
        recipe.samples = {.n_samples = 1, .seq_len = 16};
        const int n_checkpoints = checkpointsOf(recipe);
        const auto whole = contentOf(recipe.runs[0].out);
        recipe.runs[0].out = pathOf(folder, "resumed");
        for (int at = 0; at < n_checkpoints; ++at) {
            QVERIFY(failsAt(at, recipe));
            QVERIFY(!fs::exists(recipe.runs[0].out));
            JobContext job;
            (void)run(recipe, {.resume = true}, job);
            QVERIFY2(contentOf(recipe.runs[0].out) == whole, qPrintable(QString::number(at)));
            fs::remove_all(recipe.runs[0].out);
        }
    }

    void theReportOfAResumedJobIsThatOfTheWhole() {
        const QTemporaryDir folder;
        Recipe recipe = recipeFor("awq+gptq", ExportFormat::CompressedTensors, pathOf(folder, "whole"));
        JobContext job;
        const Report whole = run(recipe, job);
        recipe.runs[0].out = pathOf(folder, "resumed");
        QVERIFY(failsAt(checkpointsOf(recipeFor("awq+gptq", ExportFormat::CompressedTensors, pathOf(folder, "counted"))) * 2 / 3, recipe));
        const Report resumed = run(recipe, {.resume = true}, job);
        QVERIFY(resumed.runs[0].n_blocks_resumed > 0);
        QCOMPARE(resumed.runs[0].relative_output_error, whole.runs[0].relative_output_error);
        QCOMPARE(resumed.runs[0].bytes, whole.runs[0].bytes);
        QCOMPARE(toJson(resumed.runs[0].counts), toJson(whole.runs[0].counts));
        for (std::size_t i = 0; i < whole.runs[0].layers.size(); ++i) {
            LayerReport expected = whole.runs[0].layers[i];
            LayerReport found = resumed.runs[0].layers[i];
            expected.seconds = found.seconds = 0.0;
            QCOMPARE(toJson(found), toJson(expected));
            const Json saved = parseJson(savedLayerReport(expected).dump(), "report");
            JsonObject object(saved, "", "report");
            QCOMPARE(toJson(readLayerReport(object)), toJson(expected));
        }
    }

    void anUnfinishedJobIsNamedUnlessItIsResumed() {
        const QTemporaryDir folder;
        const Recipe recipe = recipeFor("rtn", ExportFormat::Gptq, pathOf(folder, "out"));
        QVERIFY(!findUnfinished(recipe.runs[0].out));
        QVERIFY(failsAt(checkpointsOf(recipeFor("rtn", ExportFormat::Gptq, pathOf(folder, "counted"))) - 1, recipe));
        const auto found = findUnfinished(recipe.runs[0].out);
        QVERIFY(found.has_value());
        QCOMPARE(found->n_blocks, 4);
        QCOMPARE(found->n_blocks_done, 4);
        QCOMPARE(found->place, pathOf(folder, ".out.unfinished"));
        const QString refused = complaint(recipe, {});
        QVERIFY2(refused.contains(".out.unfinished, 4 of 4 blocks done") && refused.contains("--resume"), qPrintable(refused));
        QVERIFY(findUnfinished(recipe.runs[0].out).has_value());
    }

    void whatDiffersIsRefusedAndSaid_data() {
        QTest::addColumn<QString>("change");
        QTest::addColumn<QString>("expected");
        QTest::newRow("settings") << "damping"
                                  << "damping: 0.01 then, 0.02 now";
        QTest::newRow("format") << "format"
                                << "format: gptq then, dequantized now";
        QTest::newRow("samples") << "samples"
                                 << "samples.tokens";
        QTest::newRow("precision") << "compute"
                                   << "compute: float32 then, bfloat16 now";
        QTest::newRow("model") << "model"
                               << "model.model.safetensors";
        QTest::newRow("config") << "config"
                                << "model.config";
        QTest::newRow("version") << "version"
                                 << "version: 0.0.0 then";
        QTest::newRow("record") << "record"
                                << "expected the record of a job";
        QTest::newRow("a number that fits nowhere") << "number"
                                                    << "seq_len: expected an integer from 1 to 2147483647, found 1e+300";
        QTest::newRow("windows of nothing") << "nothing"
                                            << "seq_len: expected an integer from 1 to 2147483647, found 0";
        QTest::newRow("other windows") << "windows"
                                       << "expected hidden states [";
        QTest::newRow("a number of blocks that fits nowhere") << "done"
                                                              << "n_blocks_done: expected an integer from 0 to 1000000, found 184467";
        QTest::newRow("a block that is none") << "block"
                                              << "blocks: expected an integer from 0 to 2147483647, found 4294967296";
        QTest::newRow("what was written") << "written"
                                          << "expected what a writer recorded";
        QTest::newRow("hidden states") << "hidden"
                                       << "expected hidden states of checksum";
    }
    void whatDiffersIsRefusedAndSaid() {
        QFETCH(QString, change);
        QFETCH(QString, expected);
        const QTemporaryDir folder;
        fs::copy(kDemo / "model", pathOf(folder, "model"));
        Recipe recipe = recipeFor("gptq", ExportFormat::Gptq, pathOf(folder, "out"));
        recipe.model = pathOf(folder, "model");
        QVERIFY(failsAt(checkpointsOf(recipeFor("gptq", ExportFormat::Gptq, pathOf(folder, "counted"))) * 2 / 3, recipe));
        const fs::path place = ResumableDirectory::placeFor(recipe.runs[0].out);
        const auto before = contentOf(place);
        Recipe changed = recipe;
        if (change == "damping") changed.runs[0].method.gptq.damping = 0.02;
        if (change == "format") changed.runs[0].format = ExportFormat::Dequantized;
        if (change == "samples") changed.samples.seed = 5;
        if (change == "compute") changed.compute = Compute::BFloat16;
        if (change == "model") fs::last_write_time(recipe.model / "model.safetensors", fs::file_time_type::clock::now());
        if (change == "config") {
            Json config = readJson(recipe.model / "config.json");
            config["transformers_version"] = "0.0";
            writeJson(recipe.model / "config.json", config);
        }
        if (change == "written") {
            Json record = readJson(place / "job.json");
            record["written"].erase("blocks");
            writeJson(place / "job.json", record);
        }
        if (change == "number" || change == "nothing" || change == "windows" || change == "done" || change == "block") {
            Json record = readJson(place / "job.json");
            if (change == "number") record["seq_len"] = 1e300;
            if (change == "nothing") record["seq_len"] = 0;
            if (change == "windows") record["seq_len"] = 1;
            if (change == "done") record["n_blocks_done"] = std::numeric_limits<std::uint64_t>::max();
            if (change == "block") record["written"]["blocks"][0] = std::int64_t{1} << 32;
            writeJson(place / "job.json", record);
        }
        if (change == "version" || change == "record") {
            Json record = readJson(place / "job.json");
            if (change == "version") record["identity"]["version"] = "0.0.0";
            if (change == "record") record.erase("layers");
            writeJson(place / "job.json", record);
        }
        if (change == "hidden") {
            for (const auto& entry : fs::directory_iterator(place)) {
                if (!entry.path().filename().string().starts_with("hidden-")) continue;
                std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
                file.seekp(-1, std::ios::end);
                file.put('\x7f');
            }
        }
        const QString refused = complaint(changed, {.resume = true});
        QVERIFY2(refused.contains(expected), qPrintable(refused));
        // Refusing takes nothing away.
        for (const auto& [file, bytes] : contentOf(place)) {
            if (file != "job.json" && !file.starts_with("hidden-")) QVERIFY2(before.at(file) == bytes, file.c_str());
        }
        if (change != "done") QVERIFY(findUnfinished(recipe.runs[0].out).has_value());
    }

    void cancelKeepsFinishedBlocksAndSaysSo() {
        const QTemporaryDir folder;
        const Recipe recipe = recipeFor("rtn", ExportFormat::Gptq, pathOf(folder, "out"));
        const fs::path& out = recipe.runs[0].out;
        const int n_checkpoints = checkpointsOf(recipeFor("rtn", ExportFormat::Gptq, pathOf(folder, "counted")));
        const auto cancelledWhen = [&](const RunOptions& options, const std::function<bool(const Progress&)>& is_time) {
            std::stop_source stop;
            JobContext job(stop.get_token(), [&](const Progress& now) {
                if (is_time(now)) stop.request_stop();
            });
            QString message;
            try {
                (void)run(recipe, options, job);
            } catch (const Cancelled& cancelled) {
                message = cancelled.what();
            }
            return message;
        };
        const auto isQuantizing = [](const Progress& now) { return now.stage == "quantizing"; };
        QCOMPARE(cancelledWhen({}, isQuantizing), QStringLiteral("cancelled"));  // before the first block is done
        QVERIFY(!fs::exists(ResumableDirectory::placeFor(out)));
        int seen = 0;
        const QString kept = cancelledWhen({}, [&](const Progress&) { return ++seen == n_checkpoints / 2; });
        const auto found = findUnfinished(out);
        QVERIFY(found.has_value());
        QCOMPARE(kept, QString::fromStdString("cancelled; what is finished is kept in " + inWords(*found)));
        QVERIFY2(kept.contains(" of 4 blocks done: go on with it (--resume), or remove that directory"), qPrintable(kept));
        QCOMPARE(cancelledWhen({.resume = true}, isQuantizing), kept);  // as far as before
        QVERIFY(!fs::exists(out));
        JobContext job;
        QVERIFY(run(recipe, {.resume = true}, job).runs[0].n_blocks_resumed > 0);
        QVERIFY(contentOf(recipe.runs[0].out) == contentOf(pathOf(folder, "counted")));
    }

    void whatAJobLeftThatDiedAfterItsLastRenameIsCleared() {
        const QTemporaryDir folder;
        const Recipe recipe = recipeFor("rtn", ExportFormat::Gptq, pathOf(folder, "out"));
        const fs::path& out = recipe.runs[0].out;
        const int n_checkpoints = checkpointsOf(recipeFor("rtn", ExportFormat::Gptq, pathOf(folder, "counted")));
        for (const bool resume : {false, true}) {
            QVERIFY(failsAt(n_checkpoints - 1, recipe));
            QVERIFY(findUnfinished(out).has_value());
            // The record says that all blocks are done; they went to the target, which the user has removed since.
            fs::remove_all(ResumableDirectory::contentFor(out));
            QVERIFY(!findUnfinished(out).has_value());
            JobContext job;
            QCOMPARE(run(recipe, {.resume = resume}, job).runs[0].n_blocks_resumed, 0);
            QVERIFY(contentOf(out) == contentOf(pathOf(folder, "counted")));
            QVERIFY(!fs::exists(ResumableDirectory::placeFor(out)));
            fs::remove_all(out);
        }
    }

    void filesOfOthersStayAndAreNamed() {
        const QTemporaryDir folder;
        const Recipe recipe = recipeFor("rtn", ExportFormat::Gptq, pathOf(folder, "out"));
        const fs::path place = ResumableDirectory::placeFor(recipe.runs[0].out);
        const auto put = [&](const char* name) {
            fs::create_directories((place / name).parent_path());
            writeJson(place / name, "somebody's");
        };
        // Names that this never gives, and only nearly does.
        const char* const theirs[] = {"notes.txt",
                                      "hidden-x.safetensors",
                                      "hidden-.safetensors",
                                      ".notes.partial-1-2",
                                      "checkpoint/config.json",
                                      "checkpoint/model-final.safetensors",
                                      "checkpoint/my.model",
                                      "checkpoint/model-1-of-.safetensors"};
        for (const char* const name : theirs) {
            put(name);
            const QString refused = complaint(recipe, {});
            QVERIFY2(refused.contains(QString("found '%1' in it").arg(name)), qPrintable(refused));
            QVERIFY(readJson(place / name) == Json("somebody's"));
            fs::remove_all(place);
        }
        // What a process leaves that dies before a block is done goes.
        for (const char* const name :
             {".job.json.partial-12-34", ".hidden-1.safetensors.partial-12-34", "hidden-1.safetensors", "checkpoint/model.gguf",
              "checkpoint/model.safetensors", "checkpoint/model-00001-of-00002.safetensors"})
            put(name);
        JobContext job;
        (void)run(recipe, job);
        QVERIFY(fs::exists(recipe.runs[0].out / "config.json"));
        QVERIFY(!fs::exists(recipe.runs[0].out / "model.gguf"));
        QVERIFY(!fs::exists(place));
    }

    void aJobGoesOnBesideFilesOfOthers() {
        const QTemporaryDir folder;
        const Recipe recipe = recipeFor("rtn", ExportFormat::Gptq, pathOf(folder, "out"));
        const fs::path place = ResumableDirectory::placeFor(recipe.runs[0].out);
        QVERIFY(failsAt(checkpointsOf(recipeFor("rtn", ExportFormat::Gptq, pathOf(folder, "counted"))) / 2, recipe));
        writeJson(place / "hidden-notes.json", "somebody's");
        JobContext job;
        QVERIFY(run(recipe, {.resume = true}, job).runs[0].n_blocks_resumed > 0);
        QVERIFY(contentOf(recipe.runs[0].out) == contentOf(pathOf(folder, "counted")));
        QVERIFY(readJson(place / "hidden-notes.json") == Json("somebody's"));
        QCOMPARE(std::distance(fs::directory_iterator(place), fs::directory_iterator()), std::ptrdiff_t{1});
    }

    void whatWritesNothingCannotBeResumed() {
        const QTemporaryDir folder;
        Recipe recipe = recipeFor("rtn", ExportFormat::Gptq, pathOf(folder, "out"));
        recipe.runs[0].format.reset();
        recipe.runs[0].out.clear();
        const QString refused = complaint(recipe, {.resume = true});
        QVERIFY2(refused.contains("resume: expected a recipe that writes an export or a report, or a directory for what is finished"),
                 qPrintable(refused));
    }

    void aJobAtWorkIsNotTouched() {
        const QTemporaryDir folder;
        const Recipe recipe = recipeFor("rtn", ExportFormat::Gptq, pathOf(folder, "out"));
        QString refused;
        JobContext outer({}, [&](const Progress& now) {
            if (now.stage == "quantizing" && refused.isEmpty()) refused = complaint(recipe, {.resume = true});
        });
        (void)run(recipe, outer);
        QVERIFY2(refused.contains("found one at work in"), qPrintable(refused));
        QVERIFY(verifyCheckpoint(recipe.runs[0].out, nullptr, outer).passed());
    }

    void memoryBeyondTheLimitStopsAJobThatCanBeResumed() {
        const QTemporaryDir folder;
        Recipe recipe = recipeFor("rtn", ExportFormat::Gptq, pathOf(folder, "out"));
        Recipe large = recipe;
        large.samples = {.n_samples = 100000, .seq_len = 512};
        large.max_memory_bytes = heldMemoryBytes() + 1'000'000'000;
        const QString refused = complaint(large, {});
        QVERIFY2(refused.contains("max-memory: expected a job that needs at most ") && refused.contains("fewer samples than 100000"),
                 qPrintable(refused));
        // The process grows, after the forecast, by what the job does not know of.
        recipe.max_memory_bytes = heldMemoryBytes() + 1'000'000'000;
        std::vector<char> ballast;
        int seen = 0;
        const int n_checkpoints = checkpointsOf(recipeFor("rtn", ExportFormat::Gptq, pathOf(folder, "counted")));
        JobContext job({}, [&](const Progress&) {
            if (++seen == n_checkpoints * 2 / 3) ballast.assign(std::size_t{1200} << 20U, 'x');
        });
        QString stopped;
        try {
            (void)run(recipe, job);
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::OutOfMemory);
            stopped = error.what();
        }
        QVERIFY2(stopped.contains("max-memory: expected at most ") && stopped.contains("--resume"), qPrintable(stopped));
        ballast = std::vector<char>();  // not {}, which keeps the capacity
        JobContext again;
        QVERIFY(run(recipe, {.resume = true}, again).runs[0].n_blocks_resumed > 0);
        QVERIFY(contentOf(recipe.runs[0].out) == contentOf(pathOf(folder, "counted")));
    }

    void anAllocationThatFailsSaysWhatWasBeingDone() {
        const QTemporaryDir folder;
        const Recipe recipe = recipeFor("rtn", ExportFormat::Gptq, pathOf(folder, "out"));
        for (const char* stage : {"opening", "quantizing"}) {
            QString message;
            JobContext job({}, [&](const Progress& now) {
                if (now.stage == stage) throw std::bad_alloc();
            });
            try {
                (void)run(recipe, job);
            } catch (const Error& error) {
                QCOMPARE(error.code(), ErrorCode::OutOfMemory);
                message = error.what();
            }
            QVERIFY2(message.startsWith(stage) && message.contains("out of memory: ") && message.contains(" held"), qPrintable(message));
            QVERIFY(!fs::exists(recipe.runs[0].out));
        }
    }

    void anAllocationThatFailsHalfWayCanBeResumed() {
        const QTemporaryDir folder;
        Recipe recipe = recipeFor("gptq", ExportFormat::Gptq, pathOf(folder, "whole"));
        JobContext job;
        (void)run(recipe, job);
        recipe.runs[0].out = pathOf(folder, "out");
        const auto error = struckAfterABlock(recipe, [] { throw std::bad_alloc(); });
        QVERIFY(error.has_value());
        QCOMPARE(error->code(), ErrorCode::OutOfMemory);
        const QString message = error->what();
        QVERIFY2(message.contains("out of memory: ") && message.contains(".out.unfinished, 1 of 4 blocks done"), qPrintable(message));
        QVERIFY(!fs::exists(recipe.runs[0].out));
        QCOMPARE(run(recipe, {.resume = true}, job).runs[0].n_blocks_resumed, 1);
        QVERIFY(contentOf(recipe.runs[0].out) == contentOf(pathOf(folder, "whole")));
    }

    void aModelThatShrinksUnderAJobEndsItUntilItIsBack() {
        const QTemporaryDir folder;
        fs::copy(kDemo / "model", pathOf(folder, "model"));
        Recipe recipe = recipeFor("gptq", ExportFormat::Gptq, pathOf(folder, "whole"));
        recipe.model = pathOf(folder, "model");
        JobContext job;
        (void)run(recipe, job);
        recipe.runs[0].out = pathOf(folder, "out");
        const fs::path file = recipe.model / "model.safetensors";
        const fs::file_time_type written = fs::last_write_time(file);
        const auto error = struckAfterABlock(recipe, [&file] { fs::resize_file(file, fs::file_size(file) / 2); });
        QVERIFY(error.has_value());
        QCOMPARE(error->code(), ErrorCode::Io);
        const QString message = error->what();
        QVERIFY2(message.contains("model.safetensors") && message.contains("of 4 blocks done"), qPrintable(message));
        QVERIFY(!fs::exists(recipe.runs[0].out));
        QVERIFY(findUnfinished(recipe.runs[0].out).has_value());
        // As long as it is short, nothing goes on, and nothing is lost.
        QVERIFY(!complaint(recipe, {.resume = true}).isEmpty());
        QVERIFY(!fs::exists(recipe.runs[0].out));
        QVERIFY(findUnfinished(recipe.runs[0].out).has_value());
        fs::copy_file(kDemo / "model" / "model.safetensors", file, fs::copy_options::overwrite_existing);
        fs::last_write_time(file, written);
        QVERIFY(run(recipe, {.resume = true}, job).runs[0].n_blocks_resumed > 0);
        QVERIFY(contentOf(recipe.runs[0].out) == contentOf(pathOf(folder, "whole")));
        QVERIFY(!fs::exists(ResumableDirectory::placeFor(recipe.runs[0].out)));
    }

    void aModelReplacedUnderAJobIsTheOneThatWasOpened() {
        const QTemporaryDir folder;
        fs::copy(kDemo / "model", pathOf(folder, "model"));
        Recipe recipe = recipeFor("gptq", ExportFormat::Gptq, pathOf(folder, "whole"));
        recipe.model = pathOf(folder, "model");
        JobContext job;
        (void)run(recipe, job);
        recipe.runs[0].out = pathOf(folder, "out");
        const fs::path file = recipe.model / "model.safetensors";
        // What a download does: another file takes the name at once. Its last byte, and so a weight, is another.
        const auto replace = [&] {
            const fs::path beside = pathOf(folder, "beside");
            fs::copy_file(kDemo / "model" / "model.safetensors", beside);
            std::fstream bytes(beside, std::ios::in | std::ios::out | std::ios::binary);
            bytes.seekp(-1, std::ios::end);
            bytes.put('\x01');
            bytes.close();
            fs::last_write_time(beside, fs::last_write_time(file) + std::chrono::seconds(1));
            fs::rename(beside, file);
        };
        QVERIFY(!struckAfterABlock(recipe, replace).has_value());
        QVERIFY(contentOf(recipe.runs[0].out) == contentOf(pathOf(folder, "whole")));
        // But a job that ended meanwhile does not go on with the other.
        recipe.runs[0].out = pathOf(folder, "stopped");
        const auto error = struckAfterABlock(recipe, [&] {
            replace();
            throw Error(ErrorCode::Io, "write: injected: no space left");
        });
        QVERIFY(error.has_value());
        const QString refused = complaint(recipe, {.resume = true});
        QVERIFY2(refused.contains("model.model.safetensors"), qPrintable(refused));
        QVERIFY(!fs::exists(recipe.runs[0].out));
        QVERIFY(findUnfinished(recipe.runs[0].out).has_value());
    }

private:
    std::map<std::string, std::string> original_;
};

QTEST_GUILESS_MAIN(TestResume)
#include "tst_resume.moc"
