// Any picture as a file, with where it comes from.

#include "app/gui/figure_desk.h"
#include "app/gui/layer_methods.h"
#include "app/gui/main_window.h"
#include "app/gui/message_area.h"
#include "app/gui/method_stamp.h"
#include "app/gui/page_frame.h"
#include "core/exporter/export_checkpoint.h"
#include "widgets/calibration_ab_panel.h"
#include "widgets/calibration_panel.h"
#include "widgets/compare_panel.h"
#include "widgets/evaluate_panel.h"
#include "widgets/figure.h"
#include "widgets/stepper_panel.h"
#include "widgets/tune_panel.h"

namespace salient {

void MainWindow::wireFigures() {
    const auto save = [this](const Figure& figure) {
        const QString file =
            choose_.save(this, tr("Save as figure"), figureFileName(figure.title) + QStringLiteral(".png"), figureFilter());
        if (file.isEmpty()) return;
        try {
            saveFigure(figure, file, provenance(*figure.view));
            messages_->showMessage(MessageArea::Kind::Note, tr("Figure saved"), file);
        } catch (const Error& error) {
            messages_->showMessage(MessageArea::Kind::Error, tr("Save as figure"), QString::fromUtf8(error.what()));
        }
    };
    new FigureDesk(*this, save);
}

QString MainWindow::provenance(const QWidget& picture) const {
    Page shown = page();
    for (int i = 0; i < kPages; ++i) {  // it may be on a page that has a window of its own
        if (frames_[static_cast<std::size_t>(i)]->isAncestorOf(&picture)) shown = static_cast<Page>(i);
    }
    QStringList facts;
    facts << tr("Salient %1; %2").arg(QStringLiteral(SALIENT_VERSION), pageTitle(shown));
    if (const auto& model = session_.model()) facts << tr("Model: %1").arg(toQString(model->directory));
    const LinearInfo* layer = session_.selectedLayer();
    if (layer != nullptr) facts << tr("Layer: %1").arg(QString::fromStdString(layer->name));
    if (const auto& calibration = session_.calibration()) {
        const Samples& samples = calibration->samples;
        facts << tr("Calibration: %n window(s) of %1 tokens of %2, seed %3, %4", nullptr, static_cast<int>(samples.windows.count()))
                     .arg(samples.windows.seq_len)
                     .arg(toQString(session_.recipe().calibration_text))
                     .arg(samples.spec.seed)
                     .arg(calibration->compute == Compute::Float32 ? tr("float32") : tr("bfloat16"));
    }
    const CalibrationAbPanel& another_text = calibration_panel_->anotherText();
    if (another_text.isAncestorOf(&picture) && !another_text.stamp().isEmpty()) facts << another_text.stamp();
    if (tune_->isAncestorOf(&picture)) facts << tune_->stamp();
    if (stepper_->isAncestorOf(&picture)) {
        facts << stepper_->stamp();
        if (layer != nullptr) facts << tr("Solved as: %1").arg(methodStamp(stepperMethod(session_.recipe(), layer->name)));
    }
    // Perplexities stand in the table of Compare, too.
    if (evaluate_->isAncestorOf(&picture) || compare_->isAncestorOf(&picture)) facts << evaluate_->stamp();
    for (const auto& run : session_.runs()) {
        const QString name = QString::fromStdString(run->name);
        facts << QStringLiteral("%1: %2").arg(name, methodStamp(run->method));
        const QString of_layer = layer != nullptr ? layerStamp(*run, layer->name) : QString();
        if (!of_layer.isEmpty()) facts << tr("%1, this layer: %2").arg(name, of_layer);
    }
    facts.removeAll(QString());
    return facts.join(QLatin1Char('\n'));
}

}  // namespace salient
