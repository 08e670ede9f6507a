// What the window says when its input is bad: one sentence above the page, and nothing of what was there before is lost.

#include <QFile>
#include <QLabel>
#include <QTest>

#include "tests/app/gui/desk.h"
#include "widgets/export_panel.h"
#include "widgets/quantize_panel.h"

using namespace salient;
using namespace salient::demo;

namespace {

QByteArray contents(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void writeFile(const QString& path, const QByteArray& bytes) {
    QFile file(path);
    QVERIFY2(file.open(QIODevice::WriteOnly), qPrintable(path));
    QCOMPARE(file.write(bytes), bytes.size());
}

/// A copy of the demo model with its texts beside it, to be damaged.
struct DamagedModel {
    QTemporaryDir folder;
    QString path = folder.filePath(QStringLiteral("model"));
    QString weights = path + QStringLiteral("/model.safetensors");
    QString calibration_text = folder.filePath(QStringLiteral("calib.txt"));

    DamagedModel() {
        const std::filesystem::path from = modelFolder();
        const std::filesystem::path to = folder.path().toStdString();
        std::filesystem::copy(from, to / "model", std::filesystem::copy_options::recursive);
        for (const char* text : {"calib.txt", "eval.txt"}) std::filesystem::copy(from.parent_path() / text, to / text);
    }

    /// Puts a float16 NaN at the start of a tensor.
    void spoil(const std::string& tensor) const {
        QByteArray bytes = contents(weights);
        qint64 header_size = 0;
        for (int i = 7; i >= 0; --i) header_size = header_size * 256 + static_cast<unsigned char>(bytes[i]);
        const Json header = Json::parse(bytes.mid(8, header_size).toStdString());
        const qint64 at = 8 + header_size + header.at(tensor).at("data_offsets").at(0).get<qint64>();
        bytes[at] = '\x00';
        bytes[at + 1] = '\x7e';
        writeFile(weights, bytes);
    }
};

/// The one sentence on show, which must be an error; empty when there is none.
QString errorOf(Desk& desk) {
    const MessageArea& messages = desk.window.messages();
    return messages.isVisible() && messages.kind() == MessageArea::Kind::Error ? messages.text() : QString();
}

}  // namespace

class TestBadInput : public QObject {
    Q_OBJECT

private slots:
    void aModelThatCannotBeOpenedIsOneMessage_data() {
        QTest::addColumn<QString>("damage");
        QTest::addColumn<QString>("expected");
        QTest::newRow("no such folder") << "missing"
                                        << "nowhere";
        QTest::newRow("truncated weights") << "truncated"
                                           << "model.safetensors";
        QTest::newRow("hostile header length") << "header"
                                               << "model.safetensors";
        QTest::newRow("missing shard") << "shard"
                                       << "model-00002-of-00002.safetensors";
        QTest::newRow("unknown architecture") << "architecture"
                                              << "mystery";
        QTest::newRow("pickle only") << "pickle"
                                     << "pytorch_model.bin";
    }
    void aModelThatCannotBeOpenedIsOneMessage() {
        QFETCH(QString, damage);
        QFETCH(QString, expected);
        const DamagedModel model;
        QString path = model.path;
        const QByteArray bytes = contents(model.weights);
        if (damage == "missing") path = model.folder.filePath("nowhere");
        if (damage == "truncated") writeFile(model.weights, bytes.left(bytes.size() / 2));
        if (damage == "header") writeFile(model.weights, QByteArray("\xff\xff\xff\xff\xff\xff\xff\x7f", 8) + bytes.mid(8));
        if (damage == "shard") {
            QVERIFY(QFile::rename(model.weights, model.path + "/model-00001-of-00002.safetensors"));
            writeFile(
                model.path + "/model.safetensors.index.json",
                R"({"weight_map": {"model.norm.weight": "model-00001-of-00002.safetensors", "lm_head.weight": "model-00002-of-00002.safetensors"}})");
        }
        if (damage == "architecture") {
            const std::filesystem::path file = (model.path + "/config.json").toStdString();
            Json config = readJson(file);
            config["architectures"] = {"MysteryForCausalLM"};
            config["model_type"] = "mystery";
            writeJson(file, config);
        }
        if (damage == "pickle") QVERIFY(QFile::rename(model.weights, model.path + "/pytorch_model.bin"));

        Desk desk;
        QVERIFY(desk.openDemo());
        const auto before = desk.window.session().model();
        desk.window.open(path);
        QVERIFY(desk.waitForJobs());
        QVERIFY2(errorOf(desk).contains(expected), qPrintable(errorOf(desk)));
        QVERIFY(!errorOf(desk).contains(QLatin1Char('\n')));
        QCOMPARE(desk.window.session().model(), before);  // what was open stays
    }

    void aWeightThatIsNotANumberIsNamedWhenItIsRead() {
        const DamagedModel model;
        model.spoil("model.layers.2.mlp.down_proj.weight");
        Desk desk;
        desk.window.open(model.path);  // only headers are read: that succeeds
        QVERIFY(desk.waitForModel());
        QVERIFY(errorOf(desk).isEmpty());
        QVERIFY(!desk.calibrate());
        QVERIFY2(errorOf(desk).contains("model.layers.2.mlp.down_proj.weight"), qPrintable(errorOf(desk)));
        QVERIFY(errorOf(desk).contains("nan"));
        QVERIFY(!errorOf(desk).contains(QLatin1Char('\n')));
        QVERIFY(button(desk.view<CalibrationPanel>(), "Calibrate")->isEnabled());  // once the file is mended
    }

    void aGroupSizeThatDoesNotDivideIsToldBeforeAndRefused() {
        Desk desk;
        QVERIFY(desk.openDemo());
        QVERIFY(desk.calibrate());
        Recipe recipe = desk.window.session().recipe();
        recipe.runs.resize(1);
        recipe.runs.front().method.grid.group_size = 100;
        desk.window.session().editRecipe(recipe, "group size");
        desk.window.goTo(Page::Quantize);
        auto* panel = desk.view<QuantizePanel>();
        const auto told = [panel] {
            for (const QLabel* label : panel->findChildren<QLabel*>()) {
                if (label->isVisible() && label->text().contains("group size that divides")) return label->text();
            }
            return QString();
        };
        QVERIFY2(told().contains("100"), qPrintable(told()));

        button(panel, "Quantize all")->click();
        QVERIFY(desk.waitForJobs());
        QVERIFY2(errorOf(desk).contains("100") && errorOf(desk).contains("256"), qPrintable(errorOf(desk)));
        QVERIFY(!errorOf(desk).contains(QLatin1Char('\n')));
        QVERIFY(desk.window.session().runs().empty());

        recipe.runs.front().method.grid.group_size = 64;
        desk.window.session().editRecipe(recipe, "group size");
        QVERIFY(told().isEmpty());
    }

    void oneBadRunDoesNotHideBehindTheOthers() {
        Desk desk;
        QVERIFY(desk.openDemo());
        QVERIFY(desk.calibrate());
        Recipe recipe = desk.window.session().recipe();
        recipe.runs.resize(2);
        recipe.runs.front().method.grid.group_size = 100;
        desk.window.session().editRecipe(recipe, "group size");
        desk.window.goTo(Page::Quantize);
        button(desk.view<QuantizePanel>(), "Quantize all")->click();
        QVERIFY(desk.waitForJobs());
        QCOMPARE(desk.window.session().runs().size(), std::size_t{1});  // the good one is there, with its figure
        QVERIFY(desk.window.session().runs().front()->perplexity);
        QVERIFY2(errorOf(desk).contains("100"), qPrintable(errorOf(desk)));
    }

    void aTextTooShortIsAMessageThatGoesAwayWithABetterText() {
        Desk desk;
        QVERIFY(desk.openDemo());
        const QString good = toQString(desk.window.session().recipe().calibration_text);
        const QString file = desk.folder.filePath("short.txt");
        writeFile(file, "Too short.");
        desk.window.setCalibrationText(file);
        QVERIFY(desk.waitForJobs());
        QVERIFY2(errorOf(desk).contains("64"), qPrintable(errorOf(desk)));  // tokens wanted of a window
        QVERIFY2(errorOf(desk).contains("short.txt"), qPrintable(errorOf(desk)));
        QVERIFY(!desk.window.session().samples());
        QVERIFY(!button(desk.view<CalibrationPanel>(), "Calibrate")->isEnabled());

        desk.window.setCalibrationText(good);
        QVERIFY(desk.waitForJobs());
        QVERIFY(desk.window.session().samples() != nullptr);
        QVERIFY2(errorOf(desk).isEmpty(), qPrintable(errorOf(desk)));
    }

    void aTextThatIsNotThereIsAMessage() {
        Desk desk;
        QVERIFY(desk.openDemo());
        desk.window.setCalibrationText("/nowhere/text.txt");
        QVERIFY(desk.waitForJobs());
        QVERIFY2(errorOf(desk).contains("/nowhere/text.txt"), qPrintable(errorOf(desk)));
        QVERIFY(!desk.window.session().samples());
    }

    void anEvaluationTextThatIsNotThereIsOneMessage() {
        Desk desk;
        QVERIFY(desk.openDemo());
        QVERIFY(desk.calibrate());
        Recipe recipe = desk.window.session().recipe();
        recipe.runs.resize(1);
        recipe.evaluation_text = "/nowhere/eval.txt";
        desk.window.session().editRecipe(recipe, "evaluation text");
        desk.window.goTo(Page::Quantize);
        button(desk.view<QuantizePanel>(), "Quantize all")->click();
        QVERIFY(desk.waitForJobs());
        QVERIFY2(errorOf(desk).contains("/nowhere/eval.txt"), qPrintable(errorOf(desk)));
        QCOMPARE(desk.window.session().runs().size(), std::size_t{1});
    }

    void aFolderThatIsNotEmptyIsNeverWrittenInto() {
        Desk desk;
        QVERIFY(desk.openDemo());
        QVERIFY(desk.calibrate());
        desk.window.workflow().quantize({desk.window.session().recipe().runs.front().name});
        QVERIFY(desk.waitForJobs());
        const QString target = desk.folder.filePath("taken");
        QVERIFY(QDir().mkpath(target));
        writeFile(target + "/mine.txt", "mine");
        desk.window.goTo(Page::Export);
        desk.view<ExportPanel>()->setFolder(target);
        button(desk.view<ExportPanel>(), "Export and verify")->click();
        QVERIFY(desk.waitForJobs());
        QVERIFY2(errorOf(desk).contains(target), qPrintable(errorOf(desk)));
        QCOMPARE(entries(target), QStringList{"mine.txt"});
    }

    void aRecipeThatIsNotOneIsAMessage() {
        Desk desk;
        const QString file = desk.folder.filePath("recipe.json");
        writeFile(file, R"({"model": "x", "runs": [{"method": {"bits": "four"}}]})");
        desk.window.open(file);
        QVERIFY(desk.waitForJobs());
        QVERIFY(!errorOf(desk).isEmpty());
        QVERIFY(!errorOf(desk).contains(QLatin1Char('\n')));
    }
};

QTEST_MAIN(TestBadInput)
#include "tst_bad_input.moc"
