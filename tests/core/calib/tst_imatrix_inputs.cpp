// Importance matrices of mixtures against make_experts.py, which takes the means of each expert's inputs in double precision.

#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <functional>
#include <numeric>

#include "core/calib/input_source.h"
#include "core/error.h"
#include "core/io/gguf_writer.h"
#include "core/io/json_file.h"
#include "tests/support/places.h"

using namespace salient;

namespace {

namespace fs = std::filesystem;

const fs::path kFolder = salient::test::testDataFolder() / "inputs";

std::shared_ptr<const Model> small(const char* name) { return Model::open(salient::test::testDataFolder() / "models" / name); }

Calibration calibrated(const std::shared_ptr<const Model>& model, const QString& file) {
    JobContext job;
    return calibrateFrom(model, openInputSource(kFolder / file.toStdString(), *model, Compute::Float32), {}, job);
}

Json expectedOf(const char* model, int block) { return readJson(kFolder / "experts.json").at(model).at(static_cast<std::size_t>(block)); }

/// means: of squares, one for each channel.
void requireMeans(const InputStatistics& found, const Json& means) {
    QCOMPARE(found.hessian.rows(), static_cast<Index>(means.size()));
    QVERIFY(found.channels.knows_squares_alone);
    const std::vector<float> magnitudes = found.channels.meanAbs();
    for (std::size_t c = 0; c < means.size(); ++c) {
        const double wanted = means[c].get<double>();
        const auto j = static_cast<Index>(c);
        QVERIFY(std::abs(static_cast<double>(found.hessian(j, j)) - 2.0 * wanted) <= 1e-5 * wanted);
        QVERIFY(std::abs(static_cast<double>(magnitudes[c]) - std::sqrt(wanted)) <= 1e-5 * std::sqrt(wanted));
    }
    QVERIFY((found.hessian - Matrix(found.hessian.diagonal().asDiagonal())).isZero(0.0F));
}

/// The same mean in every channel: what stands in for hidden values of an expert.
void requireEven(const InputStatistics& found, const Json& means) {
    double mean = 0.0;
    for (const Json& each : means) mean += each.get<double>() / static_cast<double>(means.size());
    QCOMPARE(found.hessian.rows(), static_cast<Index>(means.size()));
    for (Index j = 0; j < found.hessian.rows(); ++j)
        QVERIFY(std::abs(static_cast<double>(found.hessian(j, j)) - 2.0 * mean) <= 1e-5 * mean);
    const std::vector<float> magnitudes = found.channels.meanAbs();
    for (std::size_t c = 0; c < means.size(); ++c) {
        const double root = std::sqrt(means[c].get<double>());
        QVERIFY(std::abs(static_cast<double>(magnitudes[c]) - root) <= 1e-5 * root);
    }
}

/// The GGUF form with one weight, ones for sums of squares, and one number of tokens for all its matrices.
void writeEntry(const fs::path& path, const std::string& weight, std::int64_t n_matrices, std::int64_t n_channels, float tokens) {
    // No mean of exactly 1, which of an expert says that no token came to it.
    const std::vector<float> sums(static_cast<std::size_t>(n_matrices * n_channels), 2.5F);
    GgufKeys keys;
    keys.addText("general.type", "imatrix");
    GgufWriter writer(path, keys,
                      {{weight + ".in_sum2", 0, {n_matrices, n_channels}, static_cast<std::int64_t>(sums.size() * sizeof(float))},
                       {weight + ".counts", 0, {1, 1}, sizeof(float)}});
    writer.write(weight + ".in_sum2", std::as_bytes(std::span(sums)));
    writer.write(weight + ".counts", std::as_bytes(std::span(&tokens, 1)));
    writer.finish();
}

QString refusal(const std::function<void()>& work, ErrorCode code) {
    try {
        work();
    } catch (const Error& error) {
        return error.code() == code ? QString::fromUtf8(error.what()) : QString("another code: ") + error.what();
    }
    return "no error";
}

}  // namespace

class TestImatrixInputs : public QObject {
    Q_OBJECT

private slots:
    void anExpertHasTheMeansOfItsOwnTokens() {
        const auto model = small("mixtral");
        const Calibration calibration = calibrated(model, "experts.imatrix");
        const GroupPlaces places = groupPlaces(model->config);
        int n_stand_ins = 0;
        for (int block = 0; block < 2; ++block) {
            const Json expected = expectedOf("mixtral", block);
            const InputStatistics& all = calibration.of(block, places.mlp_input);
            requireMeans(all, expected.at("MLP input"));
            QCOMPARE(all.reached_tokens, Index{200});
            for (int expert = 0; expert < 4; ++expert) {
                const Index tokens = expected.at("tokens")[static_cast<std::size_t>(expert)].get<Index>();
                const std::string title = "expert " + std::to_string(expert);
                const InputStatistics& input = calibration.of(block, places.expert_inputs + expert);
                const InputStatistics& hidden = calibration.of(block, places.expert_hidden + expert);
                for (const InputStatistics* statistics : {&input, &hidden}) {
                    QCOMPARE(statistics->reached_tokens, tokens);
                    QCOMPARE(statistics->passed_tokens, Index{200});
                }
                QCOMPARE(input.is_stand_in, tokens < 32);
                QCOMPARE(hidden.is_stand_in, tokens < 48);
                n_stand_ins += (input.is_stand_in ? 1 : 0) + (hidden.is_stand_in ? 1 : 0);
                requireMeans(input, expected.at(input.is_stand_in ? "MLP input" : title + " input"));
                if (hidden.is_stand_in) {
                    requireEven(hidden, expected.at("all hidden"));
                } else {
                    requireMeans(hidden, expected.at(title + " hidden"));
                }
            }
            requireMeans(calibration.of(block, 0), expected.at("attention input"));
            requireMeans(calibration.of(block, 1), expected.at("attention output"));
        }
        QCOMPARE(n_stand_ins, 3);  // both inputs of an expert without tokens, hidden values of one with 40
    }

    /// llama.cpp sees the text model alone, and calls its weights as it does those of one that stands alone.
    void aTextModelInsideALargerOneHasItsNumbers() {
        const QTemporaryDir folder;
        const fs::path path = fs::path(folder.path().toStdString()) / "nested.imatrix";
        constexpr std::size_t kWidth = 48;
        std::vector<float> sums(kWidth);
        std::iota(sums.begin(), sums.end(), 1.0F);
        const float tokens = 2.0F;
        GgufKeys keys;
        keys.addText("general.type", "imatrix");
        GgufWriter writer(path, keys,
                          {{"blk.1.ffn_down.weight.in_sum2", 0, {1, kWidth}, kWidth * sizeof(float)},
                           {"blk.1.ffn_down.weight.counts", 0, {1, 1}, sizeof(float)}});
        writer.write("blk.1.ffn_down.weight.in_sum2", std::as_bytes(std::span(sums)));
        writer.write("blk.1.ffn_down.weight.counts", std::as_bytes(std::span(&tokens, 1)));
        writer.finish();
        const auto source = openInputSource(path, *small("mistral3"), Compute::Float32);
        JobContext job;
        const auto found = source->read("language_model.model.layers.1.mlp.down_proj", Index{kWidth}, false, job);
        QVERIFY(found.has_value());
        QCOMPARE(found->channels.n_tokens, Index{2});
        for (std::size_t j = 0; j < kWidth; ++j) QCOMPARE(found->channels.sum_squares[j], static_cast<double>(j + 1));
        QVERIFY(!source->read("language_model.model.layers.0.mlp.down_proj", Index{kWidth}, false, job));
    }

    void aFileThatCountsNoExpertsTakesThemToBeChosenEquallyOften_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<Index>("passed");
        QTest::newRow("old") << "experts_old.imatrix" << Index{2 * 512};  // chunks, of the usual number of tokens
        QTest::newRow("GGUF made from the old form") << "experts_converted.imatrix" << Index{200};
    }
    void aFileThatCountsNoExpertsTakesThemToBeChosenEquallyOften() {
        QFETCH(QString, file);
        QFETCH(Index, passed);
        const auto model = small("mixtral");
        const Calibration calibration = calibrated(model, file);
        QVERIFY2(calibration.source->description().find("without the tokens of each expert") != std::string::npos,
                 calibration.source->description().c_str());
        const GroupPlaces places = groupPlaces(model->config);
        for (int block = 0; block < 2; ++block) {
            const Json expected = expectedOf("mixtral", block);
            for (int expert = 0; expert < 4; ++expert) {
                const std::string title = "expert " + std::to_string(expert);
                const InputStatistics& input = calibration.of(block, places.expert_inputs + expert);
                const bool is_unseen = expected.at("tokens")[static_cast<std::size_t>(expert)] == 0;
                QCOMPARE(input.passed_tokens, passed);
                QCOMPARE(input.reached_tokens, is_unseen ? Index{0} : passed / 2);  // two of four for each token
                QCOMPARE(input.is_stand_in, is_unseen);
                requireMeans(input, expected.at(is_unseen ? "MLP input" : title + " input"));
                const InputStatistics& hidden = calibration.of(block, places.expert_hidden + expert);
                QCOMPARE(hidden.is_stand_in, is_unseen);
                if (!is_unseen) requireMeans(hidden, expected.at(title + " hidden"));
            }
        }
    }

    void oneThatCountsThemSaysNothingOfThat() {
        const auto model = small("mixtral");
        QCOMPARE(calibrated(model, "experts.imatrix").source->description(),
                 std::string("importance matrix (experts.imatrix, of calib.txt)"));
    }

    void anExpertThatSeesEveryTokenIsLikeAnyLayer() {
        const auto model = small("qwen2_moe");
        const Calibration calibration = calibrated(model, "experts_shared.imatrix");
        const GroupPlaces places = groupPlaces(model->config);
        for (int block = 0; block < 2; ++block) {
            const Json expected = expectedOf("qwen2_moe", block);
            const InputStatistics& shared = calibration.of(block, places.shared_hidden);
            requireMeans(shared, expected.at("shared expert hidden"));
            QCOMPARE(shared.reached_tokens, Index{200});
            QVERIFY(!shared.is_stand_in);
            for (int expert = 0; expert < 5; ++expert) {
                const InputStatistics& input = calibration.of(block, places.expert_inputs + expert);
                requireMeans(input, expected.at("expert " + std::to_string(expert) + " input"));
                QCOMPARE(input.reached_tokens, expected.at("tokens")[static_cast<std::size_t>(expert)].get<Index>());
            }
        }
    }

    void oneGroupIsReadAgainAsItWas() {
        const auto model = small("mixtral");
        const Calibration calibration = calibrated(model, "experts.imatrix");
        JobContext job;
        for (int block = 0; block < 2; ++block) {
            for (int group = 0; group < static_cast<int>(model->groups.size()); ++group) {
                if (!model->hasGroup(block, group)) continue;
                const InputStatistics again = recalibrate(calibration, block, group, job);
                const InputStatistics& first = calibration.of(block, group);
                QVERIFY2(again.hessian == first.hessian, model->groups[static_cast<std::size_t>(group)].title.c_str());
                QCOMPARE(again.reached_tokens, first.reached_tokens);
                QCOMPARE(again.passed_tokens, first.passed_tokens);
                QCOMPARE(again.is_stand_in, first.is_stand_in);
                QVERIFY(again.channels.sum_squares == first.channels.sum_squares);
            }
        }
    }

    void expertsMayHaveEntriesOfTheirOwn() {
        const auto model = small("mixtral");
        const auto source = openImatrixInputs(kFolder / "experts_former.imatrix", *model);
        QVERIFY(source->description().find("without the tokens of each expert") != std::string::npos);
        JobContext job;
        const auto up = source->read("model.layers.1.block_sparse_moe.experts.2.w3", 32, true, job);
        QVERIFY(up.has_value());
        requireMeans(*up, expectedOf("mixtral", 1).at("expert 2 input"));
        QCOMPARE(up->channels.n_tokens, Index{512});
        const QString message = refusal([&] { static_cast<void>(calibrateFrom(model, source, {}, job)); }, ErrorCode::InvalidOption);
        QVERIFY2(message.contains("'model.layers.0.block_sparse_moe.experts.3.w1'"), qPrintable(message));  // which saw no token
    }

    /// Every token reaches a layer that is no expert's: of none, nothing is known, and nothing may look measured.
    void aLayerThatNoTokenReachedIsRefused() {
        const QTemporaryDir folder;
        const fs::path path = fs::path(folder.path().toStdString()) / "counted.imatrix";
        const auto model = small("mistral3");
        const auto tokensOf = [&](float tokens) {
            writeEntry(path, "blk.1.ffn_down.weight", 1, 48, tokens);
            JobContext job;
            const auto source = openInputSource(path, *model, Compute::Float32);
            return source->read("language_model.model.layers.1.mlp.down_proj", Index{48}, true, job).value().channels.n_tokens;
        };
        QCOMPARE(tokensOf(1.0F), Index{1});
        const QString message = refusal([&] { static_cast<void>(tokensOf(0.0F)); }, ErrorCode::InvalidOption);
        QVERIFY2(message.contains("'blk.1.ffn_down.weight': expected 1 or more tokens, found 0") && message.contains("1.mlp.down_proj'"),
                 qPrintable(message));
    }

    /// Where one number stands for all experts, a 0 in it is no token for any of them.
    void expertsThatShareNoTokensHaveNone_data() {
        QTest::addColumn<QString>("weight");
        QTest::addColumn<int>("n_matrices");
        QTest::newRow("all experts in a tensor") << "blk.1.ffn_up_exps.weight" << 4;
        QTest::newRow("a tensor of its own") << "blk.1.ffn_up.2.weight" << 1;
    }
    void expertsThatShareNoTokensHaveNone() {
        QFETCH(QString, weight);
        QFETCH(int, n_matrices);
        const QTemporaryDir folder;
        const fs::path path = fs::path(folder.path().toStdString()) / "counted.imatrix";
        const auto model = small("mixtral");
        for (const Index tokens : {Index{0}, Index{1}, Index{24}}) {
            writeEntry(path, weight.toStdString(), n_matrices, 32, static_cast<float>(tokens));
            JobContext job;
            const auto found = openImatrixInputs(path, *model)->read("model.layers.1.block_sparse_moe.experts.2.w3", Index{32}, false, job);
            QVERIFY(found.has_value());
            QCOMPARE(found->channels.n_tokens, (tokens + 1) / 2);  // two of four for each token; of any at all, at least one
        }
    }

    void whatDoesNotFitIsNamed() {
        const QString experts =
            refusal([] { static_cast<void>(calibrated(small("mixtral"), "experts_shared.imatrix")); }, ErrorCode::ShapeMismatch);
        QVERIFY2(experts.contains("'blk.0.ffn_gate_exps.weight': expected 32 channels of 4 experts, found 160 values"),
                 qPrintable(experts));
        const QString captured = refusal([] { static_cast<void>(calibrated(small("mixtral"), "capture.npz")); }, ErrorCode::Unsupported);
        QVERIFY2(captured.contains("expected a family without experts"), qPrintable(captured));
    }
};

QTEST_APPLESS_MAIN(TestImatrixInputs)
#include "tst_imatrix_inputs.moc"
