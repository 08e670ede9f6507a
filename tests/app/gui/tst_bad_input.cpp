// What the window says when its input is bad: one sentence above the page, and nothing of what was there before is lost.

#include <sys/stat.h>

#include <QAction>
#include <QComboBox>
#include <QFile>
#include <QGraphicsTextItem>
#include <QGraphicsView>
#include <QLabel>
#include <QListWidget>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>
#include <span>

#include "app/gui/application.h"
#include "app/gui/job_status.h"
#include "tests/app/gui/desk.h"
#include "tests/app/gui/files.h"
#include "tests/widgets/find_widgets.h"
#include "widgets/channels_panel.h"
#include "widgets/compare_panel.h"
#include "widgets/diagnosis_panel.h"
#include "widgets/export_panel.h"
#include "widgets/jobs_panel.h"
#include "widgets/model_map_view.h"
#include "widgets/open_page.h"
#include "widgets/quantize_panel.h"

using namespace salient;
using namespace salient::demo;

namespace {

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
        QByteArray bytes = bytesOf(weights);
        qint64 header_size = 0;
        for (int i = 7; i >= 0; --i) header_size = header_size * 256 + static_cast<unsigned char>(bytes[i]);
        const Json header = Json::parse(bytes.mid(8, header_size).toStdString());
        const qint64 at = 8 + header_size + header.at(tensor).at("data_offsets").at(0).get<qint64>();
        bytes[at] = '\x00';
        bytes[at + 1] = '\x7e';
        QVERIFY(writeFile(weights, bytes));
    }
};

/// A result that nothing was computed for.
RunResult resultOf(const Model& model, const std::string& name) {
    RunResult run;
    run.name = name;
    run.method = methodFromName("rtn");
    for (const LinearInfo& linear : model.linears) {
        LayerReport& layer = run.layers.emplace_back();
        layer.name = linear.name;
        layer.out_features = linear.out_features;
        layer.in_features = linear.in_features;
    }
    return run;
}

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
        const QByteArray bytes = bytesOf(model.weights);
        if (damage == "missing") path = model.folder.filePath("nowhere");
        if (damage == "truncated") QVERIFY(writeFile(model.weights, bytes.left(bytes.size() / 2)));
        if (damage == "header") QVERIFY(writeFile(model.weights, QByteArray("\xff\xff\xff\xff\xff\xff\xff\x7f", 8) + bytes.mid(8)));
        if (damage == "shard") {
            QVERIFY(QFile::rename(model.weights, model.path + "/model-00001-of-00002.safetensors"));
            const QByteArray index =
                R"({"weight_map": {"model.norm.weight": "model-00001-of-00002.safetensors", "lm_head.weight": "model-00002-of-00002.safetensors"}})";
            QVERIFY(writeFile(model.path + "/model.safetensors.index.json", index));
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
        button(&desk.window.messages(), "Diagnose")->click();
        QVERIFY(desk.waitForJobs());
        QVERIFY2(errorOf(desk).contains("row 0, column 0. No setting helps"), qPrintable(errorOf(desk)));

        // The map does not wait for ever for what such weights are like.
        desk.window.goTo(Page::Map);
        auto* map = desk.view<ModelMapView>();
        auto* metric = named<QComboBox>(*map, "Metric");
        metric->setCurrentIndex(metric->findText("Largest |w|"));
        QTRY_VERIFY_WITH_TIMEOUT(!map->model().metric().is_awaited, kPatience_ms);
        QVERIFY2(errorOf(desk).contains("nan"), qPrintable(errorOf(desk)));
    }

    void aMethodThatLeavesNothingToDoIsToldBeforeAndRefused() {
        Desk desk;
        QVERIFY(desk.openDemo());
        QVERIFY(desk.calibrate());
        Recipe recipe = desk.window.session().recipe();
        recipe.runs.resize(1);
        recipe.runs.front().method.keep = {"."};
        desk.window.session().editRecipe(recipe, "keep");
        desk.window.goTo(Page::Quantize);
        auto* panel = desk.view<QuantizePanel>();
        const auto told = [panel] {
            for (const QLabel* label : panel->findChildren<QLabel*>()) {
                if (label->isVisible() && label->text().contains("at least one layer left")) return label->text();
            }
            return QString();
        };
        QVERIFY2(told().contains("keep"), qPrintable(told()));

        button(panel, "Quantize all")->click();
        QVERIFY(desk.waitForJobs());
        QVERIFY2(errorOf(desk).contains("at least one layer left"), qPrintable(errorOf(desk)));
        QVERIFY(!errorOf(desk).contains(QLatin1Char('\n')));
        QVERIFY(desk.window.session().runs().empty());

        recipe.runs.front().method.keep.clear();
        desk.window.session().editRecipe(recipe, "group size");
        QVERIFY(told().isEmpty());
    }

    void oneBadRunDoesNotHideBehindTheOthers() {
        Desk desk;
        QVERIFY(desk.openDemo());
        QVERIFY(desk.calibrate());
        Recipe recipe = desk.window.session().recipe();
        recipe.runs.resize(2);
        recipe.runs.front().method.keep = {"."};
        desk.window.session().editRecipe(recipe, "keep");
        desk.window.goTo(Page::Quantize);
        button(desk.view<QuantizePanel>(), "Quantize all")->click();
        QVERIFY(desk.waitForJobs());
        QCOMPARE(desk.window.session().runs().size(), std::size_t{1});  // the good one is there, with its figure
        QVERIFY(desk.window.session().runs().front()->perplexity);
        QVERIFY2(errorOf(desk).contains("at least one layer left"), qPrintable(errorOf(desk)));
    }

    void aTextTooShortIsAMessageThatGoesAwayWithABetterText() {
        Desk desk;
        QVERIFY(desk.openDemo());
        const QString good = toQString(desk.window.session().recipe().calibration_text);
        const QString file = desk.folder.filePath("short.txt");
        QVERIFY(writeFile(file, "Too short."));
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
        QVERIFY(writeFile(target + "/mine.txt", "mine"));
        desk.window.goTo(Page::Export);
        desk.view<ExportPanel>()->setFolder(target);
        button(desk.view<ExportPanel>(), "Export and verify")->click();
        QVERIFY(desk.waitForJobs());
        QVERIFY2(errorOf(desk).contains(target), qPrintable(errorOf(desk)));
        QCOMPARE(entries(target), QStringList{"mine.txt"});
    }

    void aModelWithoutATokenizerOpensAndWhatNeedsTextSaysSo() {
        const DamagedModel model;
        QVERIFY(QFile::remove(model.path + "/tokenizer.json"));
        Desk desk;
        desk.window.open(model.path);  // with a text beside it, of which windows would be chosen
        QVERIFY(desk.waitForJobs());
        Session& session = desk.window.session();
        QVERIFY(session.model() && !session.samples());
        QVERIFY2(errorOf(desk).contains("expected tokenizer.json"), qPrintable(errorOf(desk)));
        desk.window.messages().dismiss();
        desk.window.workflow().calibrate();
        QVERIFY(desk.waitForJobs());
        QVERIFY(!session.calibration());
        QVERIFY2(errorOf(desk).contains("expected tokenizer.json"), qPrintable(errorOf(desk)));

        Session other;
        LayerWorkflow layers(other, desk.window.quickJobs());
        QSignalSpy told(&layers, &LayerWorkflow::originReady);
        other.setModel(session.model(), session.recipe());
        auto calibration = std::make_shared<Calibration>();
        calibration->model = session.model();
        calibration->samples.windows = {{1, 2, 3, 4}, 2};
        other.setCalibration(calibration);
        layers.findOrigin(0, 1);
        QCOMPARE(told.count(), 0);
    }

    void calibratingWithoutATextSaysSoAtOnce() {
        Desk desk;
        QVERIFY(desk.openDemo());
        Recipe recipe = desk.window.session().recipe();
        recipe.calibration_text.clear();
        desk.window.session().editRecipe(recipe, "no text");
        QVERIFY(desk.waitForJobs());
        const auto told_at_once = [&desk] {
            const bool is_told = errorOf(desk) == "There is no calibration text yet. Choose one on the Calibrate page.";
            desk.window.messages().dismiss();
            return is_told && desk.window.jobs().isIdle();
        };
        desk.window.workflow().calibrate();
        QVERIFY(told_at_once());
        desk.window.workflow().findNumberTrouble();
        QVERIFY(told_at_once());
    }

    void aDecoderThatRefusesIsToldWhereItsTextWouldBe() {
        const DamagedModel model;
        const std::filesystem::path file = (model.path + "/tokenizer.json").toStdString();
        Json tokenizer = readJson(file);
        Json steps = Json::array();
        steps.push_back(tokenizer.at("decoder"));
        for (int i = 0; i < 60; ++i) steps.push_back({{"type", "Replace"}, {"pattern", {{"String", "e"}}}, {"content", "ee"}});
        tokenizer["decoder"] = {{"type", "Sequence"}, {"decoders", steps}};
        writeJson(file, tokenizer);
        Desk desk;
        desk.window.open(model.path);
        QVERIFY(desk.waitForModel());
        desk.window.goTo(Page::Calibrate);
        const QAbstractItemModel* windows = named<QTableView>(*desk.view<CalibrationPanel>(), QStringLiteral("Chosen windows"))->model();
        const QString begins = windows->index(0, SamplesModel::Text).data().toString();
        QVERIFY2(begins.contains("at most"), qPrintable(begins));
        QVERIFY(desk.calibrate());
        desk.window.goTo(Page::Channels);
        QVERIFY(desk.waitForJobs());
        desk.window.session().selection().selectChannel(5);
        const auto* origin = named<QLabel>(desk.window, "Origin of the largest activation");
        QVERIFY2(origin->text().contains("at most"), qPrintable(origin->text()));
    }

    void anExpressionThatIsSlowToMatchIsAnObstacle() {
        Desk desk;
        QVERIFY(desk.openDemo());
        RunResult run = resultOf(*desk.window.session().model(), "a stranger's");
        run.method.keep = {R"((\w|\w|\.)*[!?])"};
        desk.window.session().addRun(run);
        desk.window.goTo(Page::Export);
        desk.view<ExportPanel>()->setFolder(desk.folder.filePath("out"));
        const auto* notes = named<QListWidget>(desk.window, "Obstacles and remarks");
        QCOMPARE(notes->count(), 1);
        QVERIFY2(notes->item(0)->text().contains("quick to match"), qPrintable(notes->item(0)->text()));
        QVERIFY(!button(desk.view<ExportPanel>(), "Export and verify")->isEnabled());
    }

    void anExceptionInTheEventLoopIsAMessage() {
        Desk desk;
        QVERIFY(desk.openDemo());
        const auto fail = [] { throw Error(ErrorCode::Format, "show: layer: expected a name, found none"); };
        QMetaObject::invokeMethod(&desk.window, fail, Qt::QueuedConnection);
        QVERIFY(QTest::qWaitFor([&] { return !errorOf(desk).isEmpty(); }, kPatience_ms));
        QCOMPARE(errorOf(desk), QString("show: layer: expected a name, found none"));
        desk.window.goTo(Page::Map);  // and the window goes on
        QCOMPARE(desk.window.page(), Page::Map);
    }

    void aRecipesTextThatMayNeverEndIsNotRead_data() {
        QTest::addColumn<QString>("text");
        QTest::newRow("a pipe") << "pipe";
        QTest::newRow("a device") << "/dev/zero";
    }
    void aRecipesTextThatMayNeverEndIsNotRead() {
        QFETCH(QString, text);
        Desk desk;
        QVERIFY(desk.openDemo());
        if (text == "pipe") text = desk.folder.filePath(text);
        if (!text.startsWith("/dev")) QCOMPARE(::mkfifo(qPrintable(text), 0600), 0);
        Recipe recipe = desk.window.session().recipe();
        recipe.calibration_text = toPath(text);
        const QString file = desk.folder.filePath("recipe.json");
        writeJson(toPath(file), toJson(recipe));
        desk.window.open(file);
        QVERIFY(desk.waitForJobs());
        QVERIFY2(errorOf(desk).contains(text), qPrintable(errorOf(desk)));
        QVERIFY2(errorOf(desk).contains("expected a regular file"), qPrintable(errorOf(desk)));
        QVERIFY(!desk.window.session().samples());
    }

    void namesOutOfFilesAreNeverTakenForMarkup() {
        const QString markup = "<img src=\"file:///etc/hostname\"> & <b>x</b>";
        const std::string name = markup.toStdString();
        const QString folder = "/nowhere/<img src=x>";
        Desk desk;
        QVERIFY(desk.openDemo());
        Session& session = desk.window.session();
        auto model = std::make_shared<Model>(*session.model());
        model->directory = toPath(folder);
        for (LinearInfo& linear : std::span(model->linears).subspan(1)) linear.name = name + linear.name;
        Recipe recipe = session.recipe();
        recipe.runs.front().name = name;
        recipe.calibration_text = recipe.evaluation_text = model->directory / "<img src=x>.txt";
        session.setModel(model, recipe);
        QVERIFY(desk.waitForJobs());
        QVERIFY(errorOf(desk).contains("<img"));  // as it is
        RunResult run = resultOf(*model, name);
        run.warnings = {name};
        session.addRun(run);
        session.setRunPerplexity(name, {.perplexity = 2.0});
        EvaluationReference reference;
        reference.perplexity.perplexity = 1.9;
        session.setReference(std::make_shared<const EvaluationReference>(reference));
        session.setSensitivities(name, {{model->linears[1].name, 0.1, 0.2, 0.9}});

        VerifyReport report;
        report.findings.push_back({Severity::Failure, name, name});
        const JobRecord job{.id = 7, .title = markup, .detail = markup, .state = JobRecord::State::Running, .message = markup};
        auto statistics = std::make_shared<ChannelStatistics>();
        const Matrix ones = Matrix::Ones(4, 8);
        statistics->add(ones, 0);
        desk.view<OpenPage>()->setRecent({folder});
        desk.view<OpenPage>()->setSessions({{folder, folder, QDateTime::currentDateTime(), 1, true}});
        desk.view<OpenPage>()->setExamination(report);
        desk.view<JobStatus>()->setRecord(job);
        desk.view<JobsPanel>()->setRecord(job);
        desk.view<ChannelsPanel>()->setChannels({markup, statistics, {}});
        desk.view<QuantizePanel>()->setProblem(markup);
        desk.view<ComparePanel>()->chooseRun(markup);
        desk.view<DiagnosisPanel>()->setDiagnosis({markup, markup, 0.1, {}, 64});
        desk.view<ExportPanel>()->setForecast({name}, {}, {name}, 0);
        desk.view<ExportPanel>()->setReportWritten(folder);
        for (QAction* action : desk.window.findChildren<QAction*>()) {
            if (action->shortcut() == QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_P)) action->trigger();
        }
        for (int page = 0; page < kPages; ++page) {
            desk.window.goTo(static_cast<Page>(page));
            desk.window.grab();
        }

        int n_labels = 0;
        for (const QLabel* label : desk.window.findChildren<QLabel*>()) {
            if (!label->text().contains("<img")) continue;
            ++n_labels;
            QVERIFY2(label->textFormat() == Qt::PlainText, qPrintable(label->text()));
        }
        QVERIFY2(n_labels >= 6, qPrintable(QString::number(n_labels)));
        for (const QWidget* widget : desk.window.findChildren<QWidget*>())
            QVERIFY2(!widget->toolTip().contains("<img"), qPrintable(widget->toolTip()));
        int n_tips = 0;
        for (const QAbstractItemView* view : desk.window.findChildren<QAbstractItemView*>()) {
            const QAbstractItemModel* cells = view->model();
            for (int row = 0; cells != nullptr && row < cells->rowCount(); ++row) {
                for (int column = 0; column < cells->columnCount(); ++column) {
                    const QString tip = cells->index(row, column).data(Qt::ToolTipRole).toString();
                    QVERIFY2(!tip.contains("<img"), qPrintable(tip));
                    n_tips += tip.contains("&lt;img") ? 1 : 0;
                }
            }
        }
        QVERIFY2(n_tips >= 20, qPrintable(QString::number(n_tips)));
        for (const QGraphicsView* view : desk.window.findChildren<QGraphicsView*>()) {
            for (const QGraphicsItem* item : view->scene()->items()) {
                const auto* text = dynamic_cast<const QGraphicsTextItem*>(item);
                QVERIFY(text == nullptr || !text->toHtml().contains("hostname"));
            }
        }
    }

    void aRecipeThatIsNotOneIsAMessage() {
        Desk desk;
        const QString file = desk.folder.filePath("recipe.json");
        QVERIFY(writeFile(file, R"({"model": "x", "runs": [{"method": {"bits": "four"}}]})"));
        desk.window.open(file);
        QVERIFY(desk.waitForJobs());
        QVERIFY(!errorOf(desk).isEmpty());
        QVERIFY(!errorOf(desk).contains(QLatin1Char('\n')));
    }
};

int main(int argc, char** argv) {
    Application application(argc, argv);
    TestBadInput test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_bad_input.moc"
