// What llama.cpp takes for granted of single families, said in the file or to the user. Read back by the reader, which is held to files
// that others made (core/model/tst_gguf_model).

#include <QTemporaryDir>
#include <QTest>

#include "tests/core/exporter/gguf_samples.h"

using namespace salient;
using namespace salient::gguf_samples;

class TestGgufFamilies : public QObject {
    Q_OBJECT

private slots:
    void textModelsOfLargerOnesAreWrittenAlone_data() {
        QTest::addColumn<QString>("family");
        QTest::addColumn<QString>("architecture");
        QTest::addColumn<QString>("opened");
        QTest::newRow("gemma3") << "gemma3"
                                << "gemma3"
                                << "gemma3_text";
        // Read by every version of llama.cpp; the rows of queries and keys stand as LLaMA's.
        QTest::newRow("mistral3") << "mistral3"
                                  << "llama"
                                  << "llama";
    }
    void textModelsOfLargerOnesAreWrittenAlone() {
        QFETCH(QString, family);
        QFETCH(QString, architecture);
        QFETCH(QString, opened);
        QTemporaryDir folder;
        const auto original = makeModel(pathOf(folder, "model"), family.toStdString());
        const MethodSpec method = methodOf(*original, {});
        const QString remarks = joined(exportRemarks(*original, method, ExportFormat::Gguf));
        QVERIFY2(remarks.contains("Only the text model of " + family + " is written") && remarks.contains("--mmproj"), qPrintable(remarks));
        exportGguf(quantizeRandomly(original, method), pathOf(folder, "out"), GgufWeights::F16);
        const GgufFile file = GgufFile::open(pathOf(folder, "out") / "model.gguf");
        QCOMPARE(QString::fromStdString(file.text("general.architecture").value_or("")), architecture);
        // A tensor for each of the text model's, and none of what stands beside it.
        QCOMPARE(file.tensors().size(), plannedTensors(original->config, original->name_prefix).size());
        const auto model = Model::open(pathOf(folder, "out"));
        QCOMPARE(QString::fromStdString(model->config.family->model_type), opened);
        QCOMPARE(model->parameterCount(), original->parameterCount());
        QCOMPARE(model->linears.front().name, std::string("model.layers.0.self_attn.q_proj"));
        JobContext job;
        const VerifyReport report = verifyCheckpoint(pathOf(folder, "out"), original, job);
        QVERIFY2(report.passed(), qPrintable(text(report)));
        QCOMPARE(report.n_layers_identical, static_cast<Index>(original->linears.size()));
    }

    void aModelThatStandsAloneGetsNoRemarkOnImages() {
        QTemporaryDir folder;
        const auto model = makeModel(pathOf(folder, "model"), "gemma3_text");
        QVERIFY(!joined(exportRemarks(*model, methodOf(*model, {}), ExportFormat::Gguf)).contains("mmproj"));
    }

    /// Without the key, llama.cpp of 2024 takes the window of the first models for granted.
    void phi3SaysWhetherItHasAWindow() {
        const std::pair<const char*, std::int64_t> cases[] = {{"phi3", 7}, {"phi3-long", 0}};
        for (const auto& [family, window] : cases) {
            QTemporaryDir folder;
            const auto original = makeModel(pathOf(folder, "model"), family);
            const MethodSpec method = methodOf(*original, {});
            exportGguf(quantizeRandomly(original, method), pathOf(folder, "out"), GgufWeights::F16);
            const GgufFile file = GgufFile::open(pathOf(folder, "out") / "model.gguf");
            QCOMPARE(file.integer("phi3.attention.sliding_window").value_or(-1), window);
            QCOMPARE(Model::open(pathOf(folder, "out"))->config.sliding_window, static_cast<Index>(window));
            const QString remarks = joined(exportRemarks(*original, method, ExportFormat::Gguf));
            QCOMPARE(remarks.contains("phi3 has no sliding window since May 2025: texts longer than 7 tokens"), window > 0);
        }
    }

    void windowsThatLlamaCppKeepsGetNoRemark() {
        QTemporaryDir folder;
        for (const char* family : {"gemma2", "gemma3_text", "mistral"}) {
            const Json changes = {{"sliding_window", 8}};
            const auto model = makeModel(pathOf(folder, family), family, DType::F16, changes);
            const QString remarks = joined(exportRemarks(*model, methodOf(*model, {}), ExportFormat::Gguf));
            QCOMPARE(remarks.contains("llama knows no sliding window"), std::string_view(family) == "mistral");
            QCOMPARE(remarks.contains("sliding window"), std::string_view(family) == "mistral");
        }
    }

    void longRopesFactorsAreSaidToFollowTheContext() {
        for (const char* family : {"phi3", "phi3-long"}) {
            QTemporaryDir folder;
            const auto model = makeModel(pathOf(folder, "model"), family);
            const QString remarks = joined(exportRemarks(*model, methodOf(*model, {}), ExportFormat::Gguf));
            QCOMPARE(remarks.contains("with more than 16 positions (-c) short texts get the long factors"),
                     std::string_view(family) == "phi3-long");
        }
    }
};

QTEST_APPLESS_MAIN(TestGgufFamilies)
#include "tst_gguf_families.moc"
