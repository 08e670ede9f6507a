#include <QSignalSpy>
#include <QTest>
#include <cmath>

#include "app/gui/tune_answers.h"
#include "tests/app/gui/on_their_way.h"
#include "tests/widgets/sample_layers.h"

using namespace salient;
using namespace salient::testing;

namespace {

std::shared_ptr<const TuneModel> sampleModel(std::uint32_t seed = 3) {
    constexpr Index kColumns = 256;
    const Matrix x = sampleActivations(100, kColumns);
    const auto statistics = sampleStatistics(x);
    TuneModel model;
    model.layer = "layer";
    model.weights = {std::make_shared<const Matrix>(sampleWeight(3000, kColumns, seed))};
    model.hessian = std::make_shared<const Matrix>(sampleHessian(x));
    model.mean_abs = statistics->meanAbs();
    model.max_abs = statistics->max_abs;
    model.awq_grid.group_size = 64;
    return std::make_shared<const TuneModel>(completed(std::move(model)));
}

/// The same sum of float32 products, made in pieces of other shapes.
bool isNear(double a, double b) { return std::abs(a - b) <= 1e-5 * std::abs(b); }

struct Answering {
    JobRunner slow{nullptr, -1};
    JobRunner urgent;
    TuneAnswers answers{slow, urgent};
    std::shared_ptr<const TuneModel> model = sampleModel();
    std::vector<float> scales = tuneScales(*model, {TuneMethod::AwqRatio, 0.5, {}});

    Answering() { answers.setModel(model); }
    bool waitUntilIdle() {
        return QTest::qWaitFor([this] { return slow.isIdle() && urgent.isIdle(); }, demo::kPatience_ms);
    }
};

}  // namespace

class TestTuneAnswers : public QObject {
    Q_OBJECT

private slots:
    void theExactErrorDoesNotWaitForTheCurve() {
        Answering desk;
        QSignalSpy loss(&desk.answers, &TuneAnswers::lossReady);
        QSignalSpy curve(&desk.answers, &TuneAnswers::curveReady);
        desk.answers.answerCurve(TuneMethod::AwqRatio);
        desk.answers.answerLoss({7, TuneMethod::AwqRatio, desk.scales});
        QVERIFY(desk.slow.isPaused());
        QVERIFY(loss.wait(demo::kPatience_ms));
        QCOMPARE(curve.count(), 0);
        QCOMPARE(loss.first().at(0).toInt(), 7);
        QVERIFY(isNear(loss.first().at(1).toDouble(), tuneLoss(*desk.model, TuneMethod::AwqRatio, desk.scales)));
        QVERIFY(desk.waitUntilIdle());  // and the curve goes on
        QCOMPARE(curve.count(), 1);
        QVERIFY(!desk.slow.isPaused());
        const auto losses = curve.first().at(1).value<std::vector<double>>();
        const std::vector<double> values = tuneValues(TuneMethod::AwqRatio);
        QCOMPARE(losses.size(), values.size());
        for (const std::size_t i : {std::size_t{0}, std::size_t{13}}) {
            const std::vector<float> scales = tuneScales(*desk.model, {TuneMethod::AwqRatio, values[i], {}});
            QVERIFY(isNear(losses[i], tuneLoss(*desk.model, TuneMethod::AwqRatio, scales)));
        }
    }

    void aNewerQuestionReplacesAnOlderOne() {
        Answering desk;
        QSignalSpy loss(&desk.answers, &TuneAnswers::lossReady);
        for (int serial = 1; serial <= 5; ++serial) desk.answers.answerLoss({serial, TuneMethod::AwqRatio, desk.scales});
        QVERIFY(desk.waitUntilIdle());
        QVERIFY(loss.count() >= 1 && loss.count() <= 2);  // the first one may have been beyond its last checkpoint
        QCOMPARE(loss.last().at(0).toInt(), 5);
        QVERIFY(!desk.slow.isPaused());
    }

    void answersAboutAnotherLayerAreDropped() {
        Answering desk;
        QSignalSpy loss(&desk.answers, &TuneAnswers::lossReady);
        QSignalSpy curve(&desk.answers, &TuneAnswers::curveReady);
        QSignalSpy clip(&desk.answers, &TuneAnswers::clipReady);
        desk.answers.answerCurve(TuneMethod::AwqRatio);
        desk.answers.answerClip({1, 0.9, desk.scales, true});
        desk.answers.answerLoss({1, TuneMethod::AwqRatio, desk.scales});
        desk.answers.setModel(sampleModel(9));
        QVERIFY(desk.waitUntilIdle());
        QCOMPARE(loss.count() + curve.count() + clip.count(), 0);
        QVERIFY(!desk.slow.isPaused());
        desk.answers.setModel(nullptr);
        desk.answers.answerLoss({2, TuneMethod::AwqRatio, desk.scales});
        desk.answers.answerCurve(TuneMethod::AwqRatio);
        desk.answers.answerClip({2, 0.9, desk.scales, true});
        QVERIFY(desk.slow.isIdle() && desk.urgent.isIdle());
    }

    void answersThatAreOnTheirWayWhenTheLayerChangesAreDropped() {
        Answering desk;
        QSignalSpy loss(&desk.answers, &TuneAnswers::lossReady);
        QSignalSpy curve(&desk.answers, &TuneAnswers::curveReady);
        QSignalSpy clip(&desk.answers, &TuneAnswers::clipReady);
        desk.answers.answerCurve(TuneMethod::AwqRatio);
        desk.answers.answerClip({1, 0.9, desk.scales, false});
        QVERIFY(demo::putAnswersOnTheirWay(desk.slow));
        desk.answers.answerLoss({1, TuneMethod::AwqRatio, desk.scales});
        QVERIFY(demo::putAnswersOnTheirWay(desk.urgent));
        desk.answers.setModel(sampleModel(9));
        QVERIFY(desk.waitUntilIdle());
        QCOMPARE(loss.count() + curve.count() + clip.count(), 0);
        QVERIFY(!desk.slow.isPaused());
    }

    void aClipIsAnsweredWithOrWithoutItsReferences() {
        Answering desk;
        QSignalSpy clip(&desk.answers, &TuneAnswers::clipReady);
        JobContext job;
        desk.answers.answerClip({4, 0.8, desk.scales, true});
        QVERIFY(clip.wait(demo::kPatience_ms));
        QCOMPARE(clip.first().at(0).toInt(), 4);
        const auto all = clip.first().at(1).value<ClipLosses>();
        QCOMPARE(all.clipped, clippedLoss(*desk.model, desk.scales, 0.8, job));
        QCOMPARE(all.none, clippedLoss(*desk.model, desk.scales, 1.0, job));
        QCOMPARE(all.searched, searchedClipLoss(*desk.model, desk.scales, job));
        desk.answers.answerClip({5, 0.7, desk.scales, false});
        QVERIFY(clip.wait(demo::kPatience_ms));
        QVERIFY(std::isnan(clip.last().at(1).value<ClipLosses>().none));
    }
};

QTEST_GUILESS_MAIN(TestTuneAnswers)
#include "tst_tune_answers.moc"
