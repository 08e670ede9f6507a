#include <QTest>
#include <algorithm>
#include <cmath>
#include <map>

#include "core/error.h"
#include "core/eval/calibration_ab.h"
#include "tests/core/model/small_models.h"

using namespace salient;

namespace {

constexpr double kFloatForm = 1e-4;  // of a quadratic form in float32, relative

/// Ids from one part of the vocabulary, so that two texts differ: [first, first + n_ids), not repeating from window to window.
Samples textOf(TokenId first, TokenId n_ids, Index n_windows, Index seq_len) {
    Samples samples;
    samples.spec.n_samples = static_cast<int>(n_windows);
    samples.spec.seq_len = samples.windows.seq_len = seq_len;
    for (Index i = 0; i < n_windows * seq_len; ++i)
        samples.windows.ids.push_back(first + static_cast<TokenId>((i * 40503 + 17) % 65537 % n_ids));
    return samples;
}

Samples textA() { return textOf(0, 32, 24, 16); }
Samples textB() { return textOf(32, 32, 16, 20); }

std::shared_ptr<const Model> open(const QString& name) { return Model::open(samples::smallModelDirectory(name.toStdString())); }

MethodSpec methodOf(std::string_view name, int bits = 3) {
    MethodSpec base;
    base.grid.bits = bits;
    base.grid.group_size = 8;  // divides every width of the small models
    return methodFromName(name, base);
}

CalibrationAb compared(const Model& model, const Samples& a, const Samples& b, const MethodSpec& method) {
    JobContext job;
    return calibrationAb(model, a, b, method, {}, job);
}

using Place = std::pair<int, int>;  // block, group

/// H = 2/n Σ x xᵀ of every input, by a loop over tokens and pairs of channels, and how many tokens it saw.
struct PlainInput {
    Eigen::MatrixXd hessian;
    Index n_tokens = 0;
};
std::map<Place, PlainInput> plainInputs(const Model& model, const Samples& samples) {
    std::map<Place, PlainInput> inputs;
    HiddenStates hidden = embed(model, samples.windows);
    JobContext job;
    const InputObserver observer = [&](const InputObservation& seen) {
        PlainInput& input = inputs[{seen.block, seen.group}];
        if (input.n_tokens == 0) input.hessian = Eigen::MatrixXd::Zero(seen.x.cols(), seen.x.cols());
        input.n_tokens += seen.x.rows();
        for (Index t = 0; t < seen.x.rows(); ++t) {
            for (Index i = 0; i < seen.x.cols(); ++i) {
                for (Index j = 0; j < seen.x.cols(); ++j)
                    input.hessian(i, j) += 2.0 * static_cast<double>(seen.x(t, i)) * static_cast<double>(seen.x(t, j));
            }
        }
    };
    for (int block = 0; block < model.config.n_blocks; ++block)
        forwardBlock(model, loadBlock(model, block), block, hidden, {}, observer, job);
    for (auto& [place, input] : inputs) input.hessian /= static_cast<double>(input.n_tokens);
    return inputs;
}

/// tr(M H Mᵀ).
double form(const Eigen::MatrixXd& m, const Eigen::MatrixXd& hessian) {
    double sum = 0.0;
    for (Index row = 0; row < m.rows(); ++row) {
        for (Index i = 0; i < m.cols(); ++i) {
            for (Index j = 0; j < m.cols(); ++j) sum += m(row, i) * hessian(i, j) * m(row, j);
        }
    }
    return sum;
}

double plainCosine(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) {
    double ab = 0.0;
    double aa = 0.0;
    double bb = 0.0;
    for (Index i = 0; i < a.rows(); ++i) {
        for (Index j = 0; j < a.cols(); ++j) {
            ab += a(i, j) * b(i, j);
            aa += a(i, j) * a(i, j);
            bb += b(i, j) * b(i, j);
        }
    }
    return ab / (std::sqrt(aa) * std::sqrt(bb));
}

Eigen::MatrixXd weightOf(const Model& model, const std::string& layer) { return loadLinear(model, model.linear(layer)).cast<double>(); }

bool isNear(double found, double wanted, double relative) { return std::abs(found - wanted) <= relative * std::abs(wanted); }

AbTable transposed(const AbTable& table) { return {{{table[1][1], table[1][0]}, {table[0][1], table[0][0]}}}; }

template <typename Call>
QString refusalOf(const Call& call) {
    try {
        call();
    } catch (const Error& error) {
        return error.code() == ErrorCode::InvalidOption ? QString::fromUtf8(error.what()) : QString();
    }
    return {};
}

}  // namespace

class TestCalibrationAb : public QObject {
    Q_OBJECT

private slots:
    void plainRoundingDoesNotDependOnTheText() {
        const auto model = open("llama-linear");
        const std::map<Place, PlainInput> inputs[] = {plainInputs(*model, textA()), plainInputs(*model, textB())};
        const MethodSpec method = methodOf("rtn");
        const CalibrationAb found = compared(*model, textA(), textB(), method);
        QCOMPARE(found.layers.size(), model->linears.size());
        QVERIFY(found.isSameSolution());
        for (const LayerAb& layer : found.layers) {
            const LinearInfo& info = model->linear(layer.layer);
            const Eigen::MatrixXd weight = weightOf(*model, layer.layer);
            const Eigen::MatrixXd difference =
                weight - quantizeNearestPlain(loadLinear(*model, info), method.grid).dequantize().cast<double>();
            for (std::size_t on = 0; on < 2; ++on) {
                const Eigen::MatrixXd& hessian = inputs[on].at({info.block, info.group}).hessian;
                const double wanted = form(difference, hessian) / form(weight, hessian);
                QVERIFY(layer.error[0][on] == layer.error[1][on]);
                QVERIFY2(isNear(layer.error[0][on], wanted, kFloatForm), qPrintable(QString::number(wanted)));
                QCOMPARE(foreignFactor(layer.error, on), 1.0);
            }
            const double cosine =
                plainCosine(inputs[0].at({info.block, info.group}).hessian, inputs[1].at({info.block, info.group}).hessian);
            QVERIFY2(std::abs(layer.hessian_cosine - cosine) <= 1e-5, qPrintable(QString::number(cosine)));
            QVERIFY(layer.hessian_cosine > 0.0 && layer.hessian_cosine < 0.999);  // they are two texts
            QCOMPARE(layer.reached_tokens[0], Index{24 * 16});
            QCOMPARE(layer.reached_tokens[1], Index{16 * 20});
        }
    }

    void gptqIsSolvedWithEitherHessian() {
        const auto model = open("llama-linear");
        const std::map<Place, PlainInput> inputs[] = {plainInputs(*model, textA()), plainInputs(*model, textB())};
        MethodSpec method = methodOf("gptq");
        method.grid.group_size = -1;
        const CalibrationAb found = compared(*model, textA(), textB(), method);
        QVERIFY(!found.isSameSolution());
        double largest_factor = 0.0;
        for (const LayerAb& layer : found.layers) {
            const LinearInfo& info = model->linear(layer.layer);
            const Eigen::MatrixXd weight = weightOf(*model, layer.layer);
            for (std::size_t from = 0; from < 2; ++from) {
                const Matrix hessian = inputs[from].at({info.block, info.group}).hessian.cast<float>();
                const GptqResult solved = quantizeGptqPlain(loadLinear(*model, info), hessian, method.grid, method.gptq);
                const Eigen::MatrixXd difference = weight - solved.effectiveWeight().cast<double>();
                for (std::size_t on = 0; on < 2; ++on) {
                    const Eigen::MatrixXd& measured = inputs[on].at({info.block, info.group}).hessian;
                    const double wanted = form(difference, measured) / form(weight, measured);
                    // A code at a tie may fall otherwise in float32.
                    QVERIFY2(isNear(layer.error[from][on], wanted, 0.05), qPrintable(QString("%1: %2, expected %3")
                                                                                         .arg(QString::fromStdString(layer.layer))
                                                                                         .arg(layer.error[from][on])
                                                                                         .arg(wanted)));
                }
            }
            largest_factor = std::max({largest_factor, foreignFactor(layer.error, 0), foreignFactor(layer.error, 1)});
        }
        QVERIFY2(largest_factor > 2.0, qPrintable(QString::number(largest_factor)));  // more than the tolerance hides
    }

    void bothSolutionsAreJudgedOnBothTexts_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("method");
        for (const char* name : {"llama-linear", "opt", "mixtral"}) {
            for (const char* method : {"gptq", "awq", "awq+gptq"}) QTest::addRow("%s %s", name, method) << QString(name) << QString(method);
        }
    }

    /// Against the weights that quantizeModel() makes of either text by itself, judged by the plain Hessians.
    void bothSolutionsAreJudgedOnBothTexts() {
        QFETCH(QString, name);
        QFETCH(QString, method);
        const auto model = open(name);
        const MethodSpec spec = methodOf(method.toStdString());
        const Samples texts[] = {textA(), textB()};
        const CalibrationAb found = compared(*model, texts[0], texts[1], spec);
        std::vector<std::map<Place, PlainInput>> inputs;
        std::vector<QuantizedModel> solved;
        for (const Samples& text : texts) {
            inputs.push_back(plainInputs(*model, text));
            JobContext job;
            solved.push_back(quantizeModel(model, text, spec, {}, job));
        }
        AbTable error_sum{};
        std::array<double, 2> energy_sum{};
        std::size_t at = 0;
        bool has_stand_ins = false;
        for (std::size_t b = 0; b < solved[0].blocks.size(); ++b) {
            for (std::size_t i = 0; i < solved[0].blocks[b].linears.size(); ++i, ++at) {
                const LayerAb& layer = found.layers.at(at);
                QCOMPARE(layer.layer, solved[0].blocks[b].linears[i].name);
                const LinearInfo& info = model->linear(layer.layer);
                const Eigen::MatrixXd weight = weightOf(*model, layer.layer);
                for (std::size_t on = 0; on < 2; ++on) {
                    const LayerReport& report = solved[on].blocks[b].linears[i].report;
                    QCOMPARE(layer.has_stand_in[on], report.has_stand_in);
                    QCOMPARE(layer.reached_tokens[on], report.reached_tokens);
                    if (report.has_stand_in) {  // no plain Hessian of other tokens here
                        has_stand_ins = true;
                        continue;
                    }
                    const PlainInput& input = inputs[on].at({info.block, info.group});
                    QCOMPARE(layer.reached_tokens[on], input.n_tokens);
                    const double share = static_cast<double>(input.n_tokens) / static_cast<double>(texts[on].windows.ids.size());
                    const double energy = form(weight, input.hessian);
                    energy_sum[on] += share * energy;
                    for (std::size_t from = 0; from < 2; ++from) {
                        const Eigen::MatrixXd effective = solved[from].blocks[b].linears[i].effectiveWeight().cast<double>();
                        const double error = form(weight - effective, input.hessian);
                        error_sum[from][on] += share * error;
                        QVERIFY2(isNear(layer.error[from][on], error / energy, kFloatForm),
                                 qPrintable(QString("%1 from %2 on %3: %4, expected %5")
                                                .arg(QString::fromStdString(layer.layer))
                                                .arg(from)
                                                .arg(on)
                                                .arg(layer.error[from][on])
                                                .arg(error / energy)));
                    }
                }
            }
        }
        QCOMPARE(at, found.layers.size());
        for (std::size_t on = 0; on < 2; ++on) {
            QVERIFY(isNear(found.model_error[on][on], solved[on].relativeOutputError(), 1e-5));
            for (std::size_t from = 0; from < 2 && !has_stand_ins; ++from)
                QVERIFY(isNear(found.model_error[from][on], error_sum[from][on] / energy_sum[on], kFloatForm));
        }
    }

    void swappingTheTextsTransposesEverything_data() {
        QTest::addColumn<QString>("method");
        for (const char* method : {"gptq", "awq", "awq+gptq", "smoothquant"}) QTest::newRow(method) << QString(method);
    }

    void swappingTheTextsTransposesEverything() {
        QFETCH(QString, method);
        const auto model = open("qwen2");
        const MethodSpec spec = methodOf(method.toStdString());
        const CalibrationAb ab = compared(*model, textA(), textB(), spec);
        const CalibrationAb ba = compared(*model, textB(), textA(), spec);
        QCOMPARE(ab.layers.size(), ba.layers.size());
        for (std::size_t i = 0; i < ab.layers.size(); ++i) {
            QCOMPARE(ab.layers[i].layer, ba.layers[i].layer);
            QVERIFY(ab.layers[i].error == transposed(ba.layers[i].error));
            QVERIFY(ab.layers[i].hessian_cosine == ba.layers[i].hessian_cosine);
            QCOMPARE(ab.layers[i].is_same_solution, ba.layers[i].is_same_solution);
            QCOMPARE(ab.layers[i].reached_tokens[0], ba.layers[i].reached_tokens[1]);
            QCOMPARE(ab.layers[i].reached_tokens[1], ba.layers[i].reached_tokens[0]);
        }
        QVERIFY(ab.model_error == transposed(ba.model_error));
        QVERIFY(ab.mean_error == transposed(ba.mean_error));
        QVERIFY(ab.model_error != transposed(ab.model_error));  // or the above would say nothing
    }

    void theSameTextTwiceIsOneText_data() { bothSolutionsAreJudgedOnBothTexts_data(); }

    void theSameTextTwiceIsOneText() {
        QFETCH(QString, name);
        QFETCH(QString, method);
        const auto model = open(name);
        const CalibrationAb found = compared(*model, textB(), textB(), methodOf(method.toStdString()));
        QVERIFY(found.isSameSolution());
        const auto is_one = [](const AbTable& table) {
            return table[0][0] == table[0][1] && table[0][0] == table[1][0] && table[0][0] == table[1][1];
        };
        for (const LayerAb& layer : found.layers) {
            QVERIFY2(is_one(layer.error), layer.layer.c_str());
            QVERIFY2(layer.hessian_cosine == 1.0, layer.layer.c_str());
        }
        QVERIFY(is_one(found.model_error) && is_one(found.mean_error));
        QVERIFY(found.model_error[0][0] > 0.0);
    }

    void meansAreGeometricOverLayersWithAnError() {
        const auto model = open("llama-linear");
        MethodSpec method = methodOf("gptq");
        method.keep = {"q_proj"};
        const CalibrationAb found = compared(*model, textA(), textB(), method);
        QCOMPARE(found.n_in_mean, static_cast<Index>(found.layers.size()));
        QCOMPARE(found.layers.size() + static_cast<std::size_t>(model->config.n_blocks), model->linears.size());
        for (std::size_t from = 0; from < 2; ++from) {
            for (std::size_t on = 0; on < 2; ++on) {
                double product = 1.0;
                for (const LayerAb& layer : found.layers) {
                    QVERIFY(layer.layer.find("q_proj") == std::string::npos);
                    product *= layer.error[from][on];
                }
                QVERIFY(isNear(found.mean_error[from][on], std::pow(product, 1.0 / static_cast<double>(found.n_in_mean)), 1e-12));
            }
        }
    }

    void aFactorIsForeignOverOwn() {
        const AbTable table = {{{0.01, 0.09}, {0.04, 0.06}}};
        QCOMPARE(foreignFactor(table, 0), 4.0);
        QCOMPARE(foreignFactor(table, 1), 1.5);
        QCOMPARE(foreignFactor({}, 0), 1.0);
        QVERIFY(std::isinf(foreignFactor({{{0.0, 0.0}, {0.5, 0.0}}}, 0)));
    }

    void whatCannotBeJudgedOnAnotherTextIsRefused() {
        const auto model = open("llama-linear");
        MethodSpec sequential = methodOf("gptq");
        sequential.true_sequential = true;
        QVERIFY(refusalOf([&] { checkCalibrationAb(*model, sequential); }).contains("found true_sequential or feed quantized"));
        MethodSpec fed = methodOf("gptq");
        fed.feed = MethodSpec::Feed::Quantized;
        QVERIFY(refusalOf([&] { (void)compared(*model, textA(), textB(), fed); }).contains("found true_sequential or feed quantized"));
        MethodSpec per_tensor = methodOf("smoothquant");
        per_tensor.activations = ActivationScale::PerTensor;
        const QString refusal = refusalOf([&] { checkCalibrationAb(*model, per_tensor); });
        QVERIFY2(refusal.contains("found one per tensor") && refusal.contains("q_proj"), qPrintable(refusal));
        checkCalibrationAb(*model, methodOf("smoothquant"));
        MethodSpec none = methodOf("rtn");
        none.keep = {"."};
        QVERIFY(refusalOf([&] { checkCalibrationAb(*model, none); }).contains("keep"));
    }

    void progressCountsTheLayersOfBothTextsAndCancelStops() {
        const auto model = open("qwen2");
        const auto total = static_cast<std::int64_t>(2 * model->linears.size());
        std::vector<std::int64_t> done;
        JobContext watched({}, [&](const Progress& now) {
            QCOMPARE(now.stage, std::string_view("quantizing"));
            QCOMPARE(now.total, total);
            done.push_back(now.done);
        });
        (void)calibrationAb(*model, textA(), textB(), methodOf("gptq"), {}, watched);
        QVERIFY(std::is_sorted(done.begin(), done.end()));
        QCOMPARE(done.front(), std::int64_t{0});
        QCOMPARE(done.back(), total);
        for (const std::size_t last : {std::size_t{1}, done.size() / 3, done.size() / 2, done.size() - 1}) {
            std::stop_source stop;
            std::size_t n_seen = 0;
            JobContext job(stop.get_token(), [&](const Progress&) {
                if (++n_seen == last) stop.request_stop();
            });
            QVERIFY_EXCEPTION_THROWN((void)calibrationAb(*model, textA(), textB(), methodOf("gptq"), {}, job), Cancelled);
            QCOMPARE(n_seen, last);
        }
    }
};

QTEST_APPLESS_MAIN(TestCalibrationAb)
#include "tst_calibration_ab.moc"
