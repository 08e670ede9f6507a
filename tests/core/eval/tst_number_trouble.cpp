#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <limits>
#include <set>

#include "core/eval/number_trouble.h"
#include "core/io/json_file.h"
#include "tests/core/model/damaged_copy.h"

using namespace salient;
namespace fs = std::filesystem;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// Of a model stored in float32.
struct Copy : samples::DamagedCopy {
    Copy() : DamagedCopy("llama-linear") {}
};

TokenWindows someWindows() {
    TokenWindows windows;
    windows.seq_len = 16;
    for (int i = 0; i < 5 * 16; ++i) windows.ids.push_back((i * 7 + i * i) % 64);
    return windows;
}

std::optional<NumberTrouble> troubleOf(const fs::path& model) {
    JobContext job;
    return findNumberTrouble(*Model::open(model), someWindows(), {}, job);
}

}  // namespace

class TestNumberTrouble : public QObject {
    Q_OBJECT

private slots:
    void aSoundModelHasNone() { QVERIFY(!troubleOf(samples::smallModelDirectory("llama-linear"))); }

    void damagedWeightsAreCounted() {
        const Copy copy;
        copy.overwrite("model.layers.1.mlp.up_proj.weight", 32 * 5 + 7, std::nanf(""));
        copy.overwrite("model.layers.1.mlp.up_proj.weight", 32 * 5 + 30, kInfinity);
        copy.overwrite("model.layers.1.mlp.up_proj.weight", 32 * 40, -kInfinity);
        const auto trouble = troubleOf(copy.path());
        QVERIFY(trouble.has_value() && trouble->is_in_weights);
        QCOMPARE(trouble->subject, std::string("model.layers.1.mlp.up_proj.weight"));
        QVERIFY(trouble->n_values == 3 && trouble->n_total == 48 * 32);
        QVERIFY(trouble->row == 5 && trouble->channel == 7);
    }

    void activationsThatOverflowAreCounted() {
        // Where the normed value of channel 5 is beyond 1, the largest gain makes it infinite.
        const auto sound = Model::open(samples::smallModelDirectory("llama-linear"));
        const TokenWindows windows = someWindows();
        HiddenStates hidden = embed(*sound, windows);
        const BlockWeights weights = loadBlock(*sound, 0);
        const int group = sound->linear("model.layers.0.mlp.gate_proj").group;
        std::vector<Index> tokens;
        const InputObserver observer = [&](const InputObservation& seen) {
            if (seen.group != group) return;
            for (Index row = 0; row < seen.x.rows(); ++row) {
                if (std::abs(seen.x(row, 5) / weights.mlp_norm.gain[5]) > 1.0F) tokens.push_back(seen.tokenOf(row));
            }
        };
        JobContext job;
        forwardBlock(*sound, weights, 0, hidden, {}, observer, job);
        QVERIFY(!tokens.empty() && tokens.size() < windows.ids.size());
        std::set<Index> in_windows;
        for (const Index token : tokens) in_windows.insert(token / windows.seq_len);

        const Copy copy;
        copy.overwrite("model.layers.0.post_attention_layernorm.weight", 5, std::numeric_limits<float>::max());
        const auto trouble = troubleOf(copy.path());
        QVERIFY(trouble.has_value() && !trouble->is_in_weights);
        QCOMPARE(trouble->subject, std::string("model.layers.0.mlp.gate_proj"));
        QCOMPARE(trouble->n_values, static_cast<std::int64_t>(tokens.size()));
        QCOMPARE(trouble->n_total, std::int64_t{80 * 32});
        QVERIFY(trouble->channel == 5 && trouble->token == tokens.front());
        QCOMPARE(trouble->n_windows, static_cast<Index>(in_windows.size()));
    }

    void aDamagedNormIsNamed() {
        const Copy copy;
        copy.overwrite("model.layers.0.input_layernorm.weight", 9, kInfinity);
        QVERIFY_EXCEPTION_THROWN((void)troubleOf(copy.path()), Error);
    }
};

QTEST_APPLESS_MAIN(TestNumberTrouble)
#include "tst_number_trouble.moc"
