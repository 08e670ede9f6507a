#include <sys/stat.h>

#include <QTemporaryDir>
#include <QTest>
#include <array>
#include <cmath>

#include "core/calib/input_source.h"
#include "core/quant/quantize_model.h"
#include "core/recipe/quantize_layers.h"
#include "core/recipe/reload_note.h"
#include "core/recipe/run.h"
#include "tests/core/exporter/sample_models.h"
#include "tests/support/places.h"

using namespace salient;
using namespace salient::samples;

namespace {

namespace fs = std::filesystem;

const fs::path kFolder = salient::test::testDataFolder() / "inputs";

struct Bench {
    QTemporaryDir folder;
    std::shared_ptr<const Model> model;
    JobContext job;

    explicit Bench(const char* family = "llama") {
        writeModel(pathOf(folder, "model"), family, DType::F16);
        model = Model::open(pathOf(folder, "model"));
    }

    Calibration calibrate(const char* file, const CalibrationOptions& options = {}) {
        return calibrateFrom(model, openInputSource(kFolder / file, *model, Compute::Float32), options, job);
    }

    [[nodiscard]] static MethodSpec method(const char* name) {
        MethodSpec base;
        base.grid.group_size = 32;
        base.grid.is_symmetric = false;
        return methodFromName(name, base);
    }
};

QString refusal(const std::function<void()>& work) {
    try {
        work();
    } catch (const Error& error) {
        return QString::fromUtf8(error.what());
    }
    return {};
}

void requireNear(double found, double expected) {
    QVERIFY2(std::abs(found - expected) <= 1e-5 * std::abs(expected) + 1e-6,
             qPrintable(QString("%1, expected %2").arg(found).arg(expected)));
}

}  // namespace

class TestInputsFromFiles : public QObject {
    Q_OBJECT

private slots:
    void capturedInputsGiveTheStatisticsThatNumPyHas_data() {
        QTest::addColumn<QString>("file");
        QTest::newRow("npz") << "capture.npz";
        QTest::newRow("safetensors, three axes") << "capture.safetensors";
    }
    void capturedInputsGiveTheStatisticsThatNumPyHas() {
        QFETCH(QString, file);
        Bench bench;
        const Calibration calibration = bench.calibrate(qPrintable(file));
        const Json expected = readJson(kFolder / "capture.json");
        int n_seen = 0;
        for (const LinearInfo& linear : bench.model->linears) {
            if (!expected.contains(linear.name)) continue;
            ++n_seen;
            const Json& wanted = expected.at(linear.name);
            const InputStatistics& input = calibration.of(linear);
            QCOMPARE(input.channels.n_tokens, Index{40});
            QCOMPARE(input.hessian.rows(), linear.in_features);
            Eigen::VectorXf probe(linear.in_features);
            for (Index j = 0; j < linear.in_features; ++j) probe[j] = static_cast<float>(j * 7 % 13 - 6) / 6.0F;
            const Eigen::VectorXf product = input.hessian * probe;
            const std::vector<float> mean_abs = input.channels.meanAbs();
            for (Index j = 0; j < linear.in_features; ++j) {
                const auto c = static_cast<std::size_t>(j);
                requireNear(input.channels.sum_squares[c] / 40.0, wanted.at("mean_squares")[c].get<double>());
                requireNear(mean_abs[c], wanted.at("mean_abs")[c].get<double>());
                QCOMPARE(static_cast<double>(input.channels.max_abs[c]), wanted.at("max_abs")[c].get<double>());
                QCOMPARE(input.channels.max_abs_token[c], wanted.at("max_abs_token")[c].get<Index>());
                const double scale = std::sqrt(static_cast<double>(input.hessian(j, j) * input.hessian.trace()));
                QVERIFY(std::abs(static_cast<double>(product[j]) - wanted.at("hessian_times_probe")[c].get<double>()) < 1e-5 * scale);
            }
        }
        QCOMPARE(n_seen, 8);
    }

    /// Modules of another class of transformers have another of the family's prefixes than the checkpoint's tensors.
    void arraysMayHaveAnotherPrefixOfTheFamily() {
        Bench bench;
        const auto renamed = [&](const char* to, bool all) {
            OpenFile file(kFolder / "capture.safetensors");
            for (const TensorLayout& tensor : std::vector(file.layout)) {
                const std::string name = to + tensor.name.substr(std::string("model.").size());
                if (!all && tensor.name.find("layers.1.mlp.down_proj") == std::string::npos) continue;
                std::vector<std::byte> bytes = file.bytes.at(tensor.name);
                file.remove(tensor.name);
                file.add({name, tensor.dtype, tensor.shape}, std::move(bytes));
            }
            file.save(pathOf(bench.folder, "renamed.safetensors"));
            return calibrateFrom(bench.model, openInputSource(pathOf(bench.folder, "renamed.safetensors"), *bench.model, Compute::Float32),
                                 {}, bench.job);
        };
        const Calibration own = bench.calibrate("capture.safetensors");
        const Calibration bare = renamed("", true);  // "layers.0.mlp.up_proj": what LlamaModel, without a head, calls its modules
        QVERIFY(!bench.model->linears.empty());
        for (const LinearInfo& linear : bench.model->linears) {
            QVERIFY2(own.of(linear).hessian == bare.of(linear).hessian, linear.name.c_str());
            QVERIFY2(own.of(linear).channels.max_abs == bare.of(linear).channels.max_abs, linear.name.c_str());
        }
        // No prefix that the family has, and two of them in one file: of such an array nobody knows whose it is.
        QVERIFY(refusal([&] { static_cast<void>(renamed("vision_tower.", true)); }).contains("expected the inputs of one of"));
        const QString mixed = refusal([&] { static_cast<void>(renamed("", false)); });
        QVERIFY2(mixed.contains("'model.layers.1.mlp.down_proj', found none"), qPrintable(mixed));
    }

    void anImportanceMatrixGivesTheDiagonal() {
        Bench bench;
        const Calibration calibration = bench.calibrate("capture.imatrix");
        const Json expected = readJson(kFolder / "capture.json");
        for (const LinearInfo& linear : bench.model->linears) {
            if (!expected.contains(linear.name)) continue;
            const InputStatistics& input = calibration.of(linear);
            QVERIFY(input.channels.knows_squares_alone);
            for (Index j = 0; j < linear.in_features; ++j) {
                const double mean = expected.at(linear.name).at("mean_squares")[static_cast<std::size_t>(j)].get<double>();
                requireNear(input.hessian(j, j), 2.0 * mean);
                requireNear(input.channels.meanAbs()[static_cast<std::size_t>(j)], std::sqrt(mean));
            }
            QVERIFY((input.hessian - Matrix(input.hessian.diagonal().asDiagonal())).isZero(0.0F));
        }
    }

    /// What a pass over the model saw, written down and read again, quantizes as that pass does.
    void whatAPassSawQuantizesTheSameFromAFile() {
        Bench bench;
        const Calibration walked = calibrateRandomly(bench.model);
        HiddenStates hidden = embed(*bench.model, walked.samples.windows);
        std::vector<TensorLayout> layout;
        std::map<std::string, Matrix> seen;
        for (int block = 0; block < bench.model->config.n_blocks; ++block) {
            const InputObserver observe = [&](const InputObservation& now) {
                for (const LinearInfo& linear : bench.model->linearsOf(block)) {
                    if (linear.group != now.group) continue;
                    Matrix& all = seen[linear.name];
                    all.conservativeResize(all.rows() + now.x.rows(), now.x.cols());
                    all.bottomRows(now.x.rows()) = now.x;
                    break;
                }
            };
            forwardBlock(*bench.model, loadBlock(*bench.model, block), block, hidden, {}, observe, bench.job);
        }
        for (const auto& [name, x] : seen) layout.push_back({name, DType::F32, {x.rows(), x.cols()}});
        const fs::path file = pathOf(bench.folder, "seen.safetensors");
        SafetensorsWriter writer(file, layout);
        for (const auto& [name, x] : seen) writer.write(name, std::as_bytes(std::span(x.data(), static_cast<std::size_t>(x.size()))));
        writer.finish();
        CalibrationOptions few;
        few.hessian_budget_bytes = hessianBytesOfBlock(*bench.model, 0);  // those of the second block are read again
        for (const CalibrationOptions& options : {CalibrationOptions(), few}) {
            const Calibration read = calibrateFrom(bench.model, openInputSource(file, *bench.model, Compute::Float32), options, bench.job);
            QCOMPARE(read.of(1, 0).hessian.size() == 0, options.hessian_budget_bytes == few.hessian_budget_bytes);
            for (const char* name : {"rtn", "gptq", "awq", "smoothquant"}) {
                const QuantizedModel a = quantizeModel(walked, Bench::method(name), bench.job);
                const QuantizedModel b = quantizeModel(read, Bench::method(name), bench.job);
                QVERIFY(std::abs(a.relativeOutputError() - b.relativeOutputError()) < 1e-4 * a.relativeOutputError());
            }
            const InputStatistics again = recalibrate(read, 1, 2, bench.job);
            QVERIFY((again.hessian - walked.of(1, 2).hessian).norm() < 1e-5F * again.hessian.norm());
        }
    }

    void anImportanceMatrixServesAwqAndPlainRounding() {
        Bench bench;
        const Calibration calibration = bench.calibrate("capture.imatrix");
        const QuantizedModel awq = quantizeModel(calibration, Bench::method("awq"), bench.job);
        const QuantizedModel rtn = quantizeModel(calibration, Bench::method("rtn"), bench.job);
        QVERIFY(awq.relativeOutputError() < rtn.relativeOutputError());
        for (const char* name : {"gptq", "awq+gptq", "smoothquant", "w8a8"}) {
            const QString message = refusal([&] { static_cast<void>(quantizeModel(calibration, Bench::method(name), bench.job)); });
            QVERIFY2(message.contains("importance matrix") && message.contains("rtn and awq can use it"), qPrintable(message));
        }
        MethodSpec mixed = Bench::method("rtn");
        mixed.overrides = {{.layers = "down_proj", .method = "gptq", .bits = {}, .group_size = {}}};
        QVERIFY(refusal([&] { static_cast<void>(quantizeModel(calibration, mixed, bench.job)); }).contains("down_proj"));
    }

    void aRecipeRunsOnAFileOfInputs() {
        Bench bench;
        Recipe recipe;
        recipe.model = bench.model->directory;
        recipe.inputs = kFolder / "capture.imatrix";
        RecipeRun run;
        run.name = "awq";
        run.method = Bench::method("awq");
        run.format = ExportFormat::Dequantized;
        run.out = pathOf(bench.folder, "out");
        recipe.runs.push_back(run);
        QCOMPARE(recipeFromJson(toJson(recipe)).inputs, recipe.inputs);
        QVERIFY(QString::fromStdString(asCommand(recipe).value()).contains("--inputs"));
        const Report report = salient::run(recipe, bench.job);
        QVERIFY(report.runs.front().is_verified);
        QCOMPARE(report.calibration_source, std::string("importance matrix (capture.imatrix, of calib.txt)"));
        QVERIFY(QString::fromStdString(report.runs.front().warnings.front()).contains("mean square"));
        QVERIFY(readText(run.out / "salient.json").find("importance matrix (capture.imatrix") != std::string::npos);
        QVERIFY(toHtml(report).find("importance matrix (capture.imatrix") != std::string::npos);
        QCOMPARE(toJson(report).at("calibration").at("inputs").get<std::string>(), report.calibration_source);

        recipe.runs.front().method.feed = MethodSpec::Feed::Quantized;
        QVERIFY(refusal([&] { recipe.validate(); }).contains("inputs come from a file"));
        recipe.runs.front().method.feed = MethodSpec::Feed::Original;
        recipe.calibration_text = "text.txt";
        QVERIFY(refusal([&] { recipe.validate(); }).contains("found both"));
    }

    void whyPerplexitiesAreNotComparedIsSaid_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("method");
        QTest::addColumn<QString>("source");
        QTest::newRow("captured inputs") << "capture.npz"
                                         << "gptq"
                                         << "captured inputs (capture.npz)";
        QTest::newRow("importance matrix") << "capture.imatrix"
                                           << "awq"
                                           << "importance matrix (capture.imatrix, of calib.txt)";
    }
    /// In the report, on its page, and in the record beside the weights; the tensors are compared all the same.
    void whyPerplexitiesAreNotComparedIsSaid() {
        QFETCH(QString, file);
        QFETCH(QString, method);
        QFETCH(QString, source);
        Bench bench;
        Recipe recipe;
        recipe.model = bench.model->directory;
        recipe.inputs = kFolder / file.toStdString();
        RecipeRun& run = recipe.runs.emplace_back();
        run.method = Bench::method(qPrintable(method));
        run.format = ExportFormat::Dequantized;
        run.out = pathOf(bench.folder, "out");
        const Report report = salient::run(recipe, bench.job);
        const RunResult& result = report.runs.front();
        QVERIFY(result.is_verified);
        const QString line = QString::fromStdString(result.verification);
        const QString why = "the check by perplexity does not apply: statistics came from a file, " + source +
                            ", so that there are no calibration tokens to run";
        const QString n_layers = QString::number(bench.model->linears.size());
        QVERIFY2(line.startsWith(n_layers + " quantized layers read back, " + n_layers + " bit for bit as meant"), qPrintable(line));
        QVERIFY2(line.endsWith("; reloaded: " + why + "; every tensor was compared with what was meant all the same"), qPrintable(line));
        QCOMPARE(toJson(report).at("methods").at(0).at("verification").get<std::string>(), result.verification);
        QVERIFY(toHtml(report).find(why.toStdString()) != std::string::npos);
        QCOMPARE(readJson(run.out / "salient.json").at("provenance").at("reloaded").get<std::string>(), why.toStdString());
        for (const std::string& warning : result.warnings) QVERIFY2(warning.find("perplexity") == std::string::npos, warning.c_str());
    }

    void otherReasonsNotToComparePerplexitiesAreSaid() {
        ExportOptions written;
        const auto noteOf = [&] { return QString::fromStdString(notReloaded({}, written).message); };
        QCOMPARE(noteOf(), QString("not run, since blocks that an earlier start made are not in memory"));
        written.gguf_weights = GgufWeights::Q4_K;  // of no format but GGUF
        QVERIFY(noteOf().startsWith("not run, since blocks"));
        written.format = ExportFormat::Gguf;
        QVERIFY2(noteOf().startsWith("the check by perplexity does not apply: q4_k rounds the weights once more"), qPrintable(noteOf()));
        QVERIFY(notReloaded({}, written).severity == Severity::Note);
    }

    void layersOfAnyArchitectureAreQuantizedByThemselves() {
        Bench bench;
        const fs::path folder = bench.model->directory;
        Json config = readJson(folder / "config.json");
        config["model_type"] = "unheard-of";
        config["architectures"] = {"UnheardOf"};
        writeJson(folder / "config.json", config);
        QVERIFY(!refusal([&] { static_cast<void>(Model::open(folder)); }).isEmpty());
        // A layer of the smallest float16 numbers: what GPTQ makes of zeros between them is smaller still.
        OpenFile stored(folder / "model.safetensors");
        const std::span<std::uint16_t> tiny = stored.as<std::uint16_t>("model.layers.0.mlp.up_proj.weight");
        for (std::size_t i = 0; i < tiny.size(); ++i) tiny[i] = std::array<std::uint16_t, 3>{0x0000, 0x0001, 0x8001}[i * 7 % 3];
        stored.save(folder / "model.safetensors");
        const Checkpoint checkpoint = Checkpoint::open(folder);
        const auto source = openCapturedInputs(kFolder / "capture.npz", Compute::Float32);
        const MethodSpec gptq = Bench::method("gptq");
        const fs::path out = pathOf(bench.folder, "out");
        const LayersResult result = quantizeLayers(checkpoint, *source, gptq, out, bench.job);
        QCOMPARE(result.layers.size(), std::size_t{8});
        QVERIFY(result.relativeOutputError() > 0.0);
        QCOMPARE(readJson(out / "config.json").at("model_type").get<std::string>(), std::string("unheard-of"));
        const Checkpoint written = Checkpoint::open(out);
        QCOMPARE(written.tensors().size(), checkpoint.tensors().size());
        int n_quantized = 0;
        std::int64_t n_flushed = 0;
        std::int64_t n_losing = 0;
        for (const auto& [name, tensor] : checkpoint.tensors()) {
            const TensorView& found = written.tensor(name);
            QVERIFY(found.dtype == tensor.dtype && found.shape == tensor.shape);
            const std::string layer = name.substr(0, name.rfind('.'));
            const auto input = source->read(layer, tensor.shape.back(), true, bench.job);
            if (!input) {
                QVERIFY(std::ranges::equal(found.bytes, tensor.bytes));
                continue;
            }
            ++n_quantized;
            const Matrix weight = toMatrix(tensor);
            const std::vector<MatrixView> weights(1, weight);
            const std::vector<std::string> names(1, layer);
            const Matrix expected = quantizeGroup(weights, names, *input, false, gptq, bench.job).front().tensor.dequantize();
            const Matrix rounded = expected.unaryExpr([](float value) { return roundToStored(value, DType::F16); });
            QVERIFY(toMatrix(found) == rounded);
            n_flushed += (expected.array() != 0.0F && rounded.array() == 0.0F).count();
            n_losing += losingDigitsInFloat16({expected.data(), static_cast<std::size_t>(expected.size())});
        }
        QCOMPARE(n_quantized, 8);
        QVERIFY(n_flushed > 0);
        QCOMPARE(result.n_flushed_values, n_flushed);
        QCOMPARE(result.n_subnormal_values, n_losing);
        const std::int64_t forecast = forecastLayers(checkpoint, kFolder / "capture.npz").total();
        QCOMPARE(forecastLayers(checkpoint, kFolder / "capture.safetensors").total(), forecast);
        QCOMPARE(forecastLayers(checkpoint, kFolder / "arrays.npz").total(), forecastLayer(0, 0).total());  // of no layer here

        QVERIFY(refusal([&] {
                    static_cast<void>(quantizeLayers(checkpoint, *source, Bench::method("w8a8"), {}, bench.job));
                }).contains("int8 inputs"));
        OpenFile none(kFolder / "capture.safetensors");
        for (const auto& [name, bytes] : std::map(none.bytes)) {
            if (name != "model.layers.0.mlp.up_proj") none.remove(name);
        }
        none.layout.front().name = "another";
        none.bytes["another"] = none.bytes["model.layers.0.mlp.up_proj"];
        none.save(pathOf(bench.folder, "none.safetensors"));
        const auto nothing = openCapturedInputs(pathOf(bench.folder, "none.safetensors"), Compute::Float32);
        const QString message =
            refusal([&] { static_cast<void>(quantizeLayers(checkpoint, *nothing, gptq, pathOf(bench.folder, "no"), bench.job)); });
        QVERIFY2(message.contains("found none among"), qPrintable(message));
        QVERIFY(!fs::exists(pathOf(bench.folder, "no")));
    }

    void whatIsMissingOrDoesNotFitIsNamed() {
        Bench bench;
        OpenFile file(kFolder / "capture.safetensors");
        file.remove("model.layers.1.mlp.up_proj");
        file.save(pathOf(bench.folder, "missing.safetensors"));
        const auto read = [&](const char* name, const char* family = "llama") {
            const Bench other(family);
            return refusal([&] {
                JobContext job;
                const auto source = openInputSource(pathOf(bench.folder, name), *other.model, Compute::Float32);
                static_cast<void>(calibrateFrom(other.model, source, {}, job));
            });
        };
        QVERIFY2(read("missing.safetensors").contains("'model.layers.1.mlp.gate_proj', 'model.layers.1.mlp.up_proj'"),
                 qPrintable(read("missing.safetensors")));

        OpenFile other(kFolder / "capture.safetensors");
        for (TensorLayout& tensor : other.layout) {
            if (tensor.name == "model.layers.0.mlp.down_proj") tensor.shape = {5, 16, 64};
        }
        other.save(pathOf(bench.folder, "width.safetensors"));
        QVERIFY2(read("width.safetensors").contains("expected [tokens, 128], the layer's inputs, found [5, 16, 64]"),
                 qPrintable(read("width.safetensors")));

        OpenFile nan(kFolder / "capture.safetensors");
        nan.as<std::uint16_t>("model.layers.0.mlp.down_proj")[128 * 7 + 5] = 0x7e00;
        nan.save(pathOf(bench.folder, "nan.safetensors"));
        QVERIFY2(read("nan.safetensors").contains("channel 5, token 7"), qPrintable(read("nan.safetensors")));

        fs::copy_file(kFolder / "capture.imatrix", pathOf(bench.folder, "capture.imatrix"));
        QVERIFY2(read("capture.imatrix", "opt").contains("expected a family that llama.cpp has"),
                 qPrintable(read("capture.imatrix", "opt")));

        QCOMPARE(::mkfifo(pathOf(bench.folder, "pipe").c_str(), 0600), 0);
        QVERIFY2(read("pipe").contains("expected a regular file, found a pipe"), qPrintable(read("pipe")));
    }
};

QTEST_APPLESS_MAIN(TestInputsFromFiles)
#include "tst_inputs_from_files.moc"
