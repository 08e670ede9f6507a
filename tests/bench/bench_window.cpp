// How long the window makes its user wait: frames of a large heatmap while it is panned and zoomed, answers of the Tune view on a
// 4096×4096 layer, steps through as much of an 11008×4096 layer as the stepper shows. Offscreen, one JSON line per case; "limit" is what
// the user would feel.
#include <QApplication>
#include <QSlider>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <functional>
#include <string_view>

#include "app/gui/job_runner.h"
#include "app/gui/tune_answers.h"
#include "core/io/process_memory.h"
#include "core/quant/smoothquant.h"
#include "tests/bench/gemm_time.h"
#include "tests/bench/inputs.h"
#include "widgets/heatmap_view.h"
#include "widgets/stepper_panel.h"
#include "widgets/tune_panel.h"

namespace salient::bench {
namespace {

constexpr double kFrame_s = 1.0 / 60.0;
constexpr int kFrames = 120;

double secondsOf(const std::function<void()>& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void print(const char* name, std::vector<double> seconds, double limit) {
    std::ranges::sort(seconds);
    const double middle = seconds[seconds.size() / 2];
    const double slow = seconds[seconds.size() * 99 / 100];
    std::printf(
        "{\"case\": \"%s\", \"seconds\": %.5f, \"p99_seconds\": %.5f, \"limit_seconds\": %.5f, \"per_second\": %.1f, \"of_limit\": %.3f}\n",
        name, middle, slow, limit, 1.0 / middle, middle / limit);
    std::fflush(stdout);
}

/// Every frame is a full repaint of the widget into an image, as the window system would ask for it.
std::vector<double> framesOf(HeatmapView& view, const std::function<MatrixRegion(int)>& viewport) {
    QImage surface(view.size() * view.devicePixelRatioF(), QImage::Format_ARGB32_Premultiplied);
    std::vector<double> seconds;
    for (int frame = 0; frame < kFrames; ++frame) {
        view.setViewport(viewport(frame));
        seconds.push_back(secondsOf([&] { view.QWidget::render(&surface); }));
    }
    return seconds;
}

void heatmaps() {
    HeatmapView view;
    view.resize(1280, 800);
    view.setMatrix(std::make_shared<const Matrix>(weights(11008, 4096, 1)));
    view.show();
    QApplication::processEvents();
    print("heatmap_pan_11008x4096",
          framesOf(view,
                   [](int frame) {
                       return MatrixRegion{30.0 * frame, 10.0 * frame, 5000.0, 2500.0};
                   }),
          kFrame_s);
    print("heatmap_pan_close_11008x4096",
          framesOf(view,
                   [](int frame) {
                       return MatrixRegion{2.0 * frame, 3.0 * frame, 400.0, 600.0};
                   }),
          kFrame_s);
    const auto zoom = [](int frame) {
        const double share = std::pow(0.97, frame);
        return MatrixRegion{2000.0 * (1.0 - share), 1000.0 * (1.0 - share), 11008.0 * share, 4096.0 * share};
    };
    print("heatmap_zoom_11008x4096", framesOf(view, zoom), kFrame_s);
}

/// From a move of the slider, made as soon as a layer is there and while its curve is being computed, to the exact number on display.
std::vector<double> exactAnswers(const TuneModel& model, TunePanel& panel, QSlider& slider) {
    JobRunner slow(nullptr, -1);
    JobRunner urgent;
    TuneAnswers answers(slow, urgent);
    QObject::connect(&panel, &TunePanel::lossWanted, &answers, &TuneAnswers::answerLoss);
    QObject::connect(&panel, &TunePanel::curveWanted, &answers, &TuneAnswers::answerCurve);
    QObject::connect(&answers, &TuneAnswers::lossReady, &panel, &TunePanel::setLoss);
    QObject::connect(&answers, &TuneAnswers::curveReady, &panel, &TunePanel::setCurve);
    const auto turn = [] { QApplication::processEvents(QEventLoop::WaitForMoreEvents); };
    const auto shared = std::make_shared<const TuneModel>(model);
    std::vector<double> seconds;
    for (int i = 0; i < 10; ++i) {
        answers.setModel(nullptr);
        while (!slow.isIdle() || !urgent.isIdle()) turn();
        answers.setModel(shared);
        panel.setModel(model);
        const int position = slider.minimum() + (slider.maximum() - slider.minimum()) * (i * 3 % 10 + 1) / 11;
        seconds.push_back(secondsOf([&] {
            slider.setValue(position);
            while (!panel.isExact()) turn();
        }));
    }
    answers.setModel(nullptr);
    while (!slow.isIdle() || !urgent.isIdle()) turn();
    return seconds;
}

void tuning() {
    TuneModel model;
    model.layer = QStringLiteral("layer");
    model.weights = {std::make_shared<const Matrix>(weights(4096, 4096, 2))};
    const Statistics inputs = statistics(4096, 4096, 3);
    model.hessian = std::make_shared<const Matrix>(inputs.hessian);
    model.mean_abs = inputs.mean_abs;
    model.max_abs = inputs.mean_abs;
    for (float& value : model.max_abs) value *= 4.0F;
    model = completed(std::move(model));
    TunePanel panel;
    panel.resize(1280, 800);
    panel.setModel(model);
    panel.show();
    QApplication::processEvents();
    auto* slider = panel.findChild<QSlider*>(QStringLiteral("value"));
    QImage surface(panel.size() * panel.devicePixelRatioF(), QImage::Format_ARGB32_Premultiplied);
    std::vector<double> previews;
    std::vector<double> exact;
    for (int i = 0; i < 40; ++i) {
        const int position = slider->minimum() + (slider->maximum() - slider->minimum()) * (i * 7 % 40) / 40;
        previews.push_back(secondsOf([&] { slider->setValue(position); }));  // up to the number on display
        if (i % 4 == 0) {
            const std::vector<float> scales = tuneScales(model, panel.choice());
            exact.push_back(secondsOf([&] { static_cast<void>(tuneLoss(model, TuneMethod::AwqRatio, scales)); }));
        }
    }
    print("tune_preview_4096", std::move(previews), 0.016);
    print("tune_exact_4096", std::move(exact), 0.250);
    print("tune_exact_after_open_4096", exactAnswers(model, panel, *slider), 0.250);
}

void stepping() {
    constexpr Index kSide = 4096;  // as many rows of 11008 as are stepped through
    JobContext job;
    auto stepper =
        std::make_shared<GptqStepper>(weights(kSide, kSide, 4), statistics(kSide, kSide, 5).hessian, GridSpec{}, GptqOptions{}, job);
    const StepperInput input{stepper, stepperLayer(QStringLiteral("layer"), *stepper, GptqOptions{}.block_size, {}), {}};
    StepperPanel panel;
    panel.resize(1280, 800);
    panel.setStepper(input);
    panel.setPictures(stepperPictures(input.layer, *stepper, 0));
    panel.show();
    QApplication::processEvents();
    QImage surface(panel.size() * panel.devicePixelRatioF(), QImage::Format_ARGB32_Premultiplied);
    std::vector<double> moves;
    std::vector<double> pictures;
    std::vector<double> frames;
    for (int i = 0; i < 40; ++i) {
        const Index next = panel.position() + (i < 20 ? 1 : -1);
        moves.push_back(secondsOf([&] { panel.goTo(next); }));
        StepperPictures made;
        pictures.push_back(secondsOf([&] { made = stepperPictures(input.layer, *stepper, next); }));
        frames.push_back(secondsOf([&] {
            panel.setPictures(made);
            panel.render(&surface);
        }));
    }
    print("stepper_move_11008x4096", std::move(moves), kFrame_s);      // the window's thread: where the user is
    print("stepper_frame_11008x4096", std::move(frames), 0.050);       // the window's thread: pictures, charts and text
    print("stepper_pictures_11008x4096", std::move(pictures), 0.250);  // another thread: until they are there
}

}  // namespace
}  // namespace salient::bench

int main(int argc, char** argv) {
    salient::keepFreedMemory();  // as the programs do
    qputenv("QT_QPA_PLATFORM", "offscreen");
    const QApplication application(argc, argv);
    const bool has_case = argc == 3 && std::string_view(argv[1]) == "--case";
    const std::string_view wanted = has_case ? argv[2] : "";
    if ((argc > 1 && !has_case) || (has_case && wanted != "heatmap" && wanted != "tune" && wanted != "stepper")) {
        std::fprintf(stderr, "usage: salient_bench_window [--case heatmap|tune|stepper]\n");
        return 2;
    }
    if (wanted.empty() || wanted == "heatmap") salient::bench::heatmaps();
    if (wanted.empty() || wanted == "tune") salient::bench::tuning();
    if (wanted.empty() || wanted == "stepper") salient::bench::stepping();
    return 0;
}
