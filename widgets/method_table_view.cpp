#include "widgets/method_table_view.h"

#include <QEvent>
#include <QHeaderView>
#include <QLabel>
#include <QTableWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/method_text.h"
#include "widgets/number_text.h"
#include "widgets/theme.h"
#include "widgets/value_text.h"

namespace salient {

namespace {

constexpr int kOwnColumns = 5;
constexpr int kRowAir = 10;
constexpr int kTableAir = 4;

/// Numbers, or what to do about their absence.
QStringList ownCells(const MeasuredMethod* measured, bool is_original, bool has_model) {
    const QString open = MethodTableView::tr("open a model");
    const QString none = QStringLiteral("–");
    if (!has_model) return {open, open, open, open, open};
    if (measured == nullptr) {
        const QString what = is_original ? MethodTableView::tr("evaluate") : MethodTableView::tr("quantize with it");
        return is_original ? QStringList{none, none, none, none, what} : QStringList{what, what, what, what, what};
    }
    const QString evaluate = MethodTableView::tr("evaluate");
    return {is_original ? none : QString::number(measured->calibration_windows),
            is_original ? none : numberText(measured->bits_per_weight, 3), measured->seconds ? durationText(*measured->seconds) : none,
            measured->output_error ? percentText(*measured->output_error) : none,
            measured->perplexity ? numberText(measured->perplexity->perplexity, 4) : evaluate};
}

/// Windows × their length; the type of the computation.
QString protocolText(const PerplexityResult& perplexity) {
    return MethodTableView::tr("protocol %1, %2 × %3 tokens, %4")
        .arg(protocolTitle(perplexity.protocol), QString::number(perplexity.n_windows), QString::number(perplexity.seq_len),
             perplexity.compute == Compute::Float32 ? MethodTableView::tr("float32") : MethodTableView::tr("bfloat16"));
}

}  // namespace

MethodTableView::MethodTableView(LessonMethods methods, QWidget* parent)
    : QWidget(parent), methods_(std::move(methods)), table_(new QTableWidget), caption_(new QLabel) {
    const QStringList& titles = methods_.rows.front();
    QStringList headers = titles;
    headers << tr("Yours:\nsamples") << tr("Yours:\nbits/weight") << tr("Yours:\ntime") << tr("Yours:\noutput error")
            << tr("Yours:\nperplexity");
    table_->setColumnCount(static_cast<int>(headers.size()));
    table_->setRowCount(static_cast<int>(methods_.methods.size()));
    table_->setHorizontalHeaderLabels(headers);
    table_->setAccessibleName(tr("Published figures of the methods beside those of your model"));
    table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table_->setSelectionMode(QAbstractItemView::ContiguousSelection);
    table_->setShowGrid(false);
    table_->setAlternatingRowColors(true);
    table_->setWordWrap(false);
    table_->setTabKeyNavigation(false);
    table_->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    table_->verticalHeader()->hide();
    table_->horizontalHeader()->setStretchLastSection(true);
    table_->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    for (std::size_t row = 0; row < methods_.methods.size(); ++row) {
        for (qsizetype column = 0; column < titles.size(); ++column) {
            table_->setItem(static_cast<int>(row), static_cast<int>(column), new QTableWidgetItem(methods_.rows[row + 1][column]));
        }
    }
    caption_->setTextFormat(Qt::PlainText);
    caption_->setWordWrap(true);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(table_);
    layout->addWidget(caption_);
    setFocusProxy(table_);
    setMeasured({}, {});
}

void MethodTableView::setMeasured(const QString& model, const std::vector<MeasuredMethod>& measured) {
    const auto first = static_cast<int>(methods_.rows.front().size());
    std::vector<const MeasuredMethod*> shown;
    for (std::size_t row = 0; row < methods_.methods.size(); ++row) {
        const MeasuredMethod* found = nullptr;
        for (const MeasuredMethod& one : measured) {
            if (one.method == methods_.methods[row]) found = &one;
        }
        shown.push_back(found);
        const QStringList cells = ownCells(found, methods_.methods[row] == QLatin1String("fp16"), !model.isEmpty());
        for (int column = 0; column < kOwnColumns; ++column) {
            auto* item = new QTableWidgetItem(cells[column]);
            const bool is_number = !cells[column].isEmpty() && cells[column].front().isDigit();
            if (!is_number) item->setForeground(mutedText(palette()));
            table_->setItem(static_cast<int>(row), first + column, item);
        }
    }
    QStringList lines{model.isEmpty() ? tr("“Yours” fills in as you quantize and evaluate a model of your own, or the demo.")
                                      : tr("“Yours” is what this session measured on %1.").arg(model)};
    if (!model.isEmpty()) lines << runsText(shown, measured) << protocolsText(shown);
    lines.removeAll(QString());
    caption_->setText(lines.join(QLatin1Char('\n')));
    fit();
}

QString MethodTableView::runsText(const std::vector<const MeasuredMethod*>& shown, const std::vector<MeasuredMethod>& measured) const {
    QStringList runs;
    for (std::size_t row = 0; row < shown.size(); ++row) {
        if (shown[row] == nullptr || shown[row]->run.isEmpty()) continue;
        const auto n_runs = std::ranges::count(measured, shown[row]->method, &MeasuredMethod::method);
        runs << (n_runs > 1 ? tr("%1 “%2”, the last of %3").arg(title(row), shown[row]->run, QString::number(n_runs))
                            : tr("%1 “%2”").arg(title(row), shown[row]->run));
    }
    return runs.isEmpty() ? QString() : tr("Runs: %1.").arg(runs.join(QStringLiteral("; ")));
}

QString MethodTableView::protocolsText(const std::vector<const MeasuredMethod*>& shown) const {
    QStringList protocols;
    QStringList with_methods;
    for (std::size_t row = 0; row < shown.size(); ++row) {
        if (shown[row] == nullptr || !shown[row]->perplexity) continue;
        const QString protocol = protocolText(*shown[row]->perplexity);
        if (!protocols.contains(protocol)) protocols << protocol;
        with_methods << QStringLiteral("%1: %2").arg(title(row), protocol);
    }
    if (protocols.isEmpty()) return {};
    if (protocols.size() == 1) return tr("Perplexity: %1.").arg(protocols.front());
    return tr("Perplexities that do not compare: %1.").arg(with_methods.join(QStringLiteral("; ")));
}

QString MethodTableView::caption() const { return caption_->text(); }

QString MethodTableView::cell(int row, int column) const { return table_->item(row, column)->text(); }

void MethodTableView::fit() {
    table_->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + kRowAir);
    table_->horizontalHeader()->setStretchLastSection(false);
    table_->resizeColumnsToContents();
    table_->horizontalHeader()->setStretchLastSection(true);
    const bool is_too_wide = table_->horizontalHeader()->length() > table_->viewport()->width();
    const int bar = is_too_wide ? table_->style()->pixelMetric(QStyle::PM_ScrollBarExtent) : 0;
    table_->setFixedHeight(table_->horizontalHeader()->sizeHint().height() + table_->rowCount() * (fontMetrics().height() + kRowAir) +
                           2 * table_->frameWidth() + kTableAir + bar);
}

void MethodTableView::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    fit();
}

void MethodTableView::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange) fit();
    if (event->type() != QEvent::PaletteChange) return;
    for (int row = 0; row < table_->rowCount(); ++row) {
        for (int column = table_->columnCount() - kOwnColumns; column < table_->columnCount(); ++column) {
            QTableWidgetItem* item = table_->item(row, column);
            if (!item->text().front().isDigit()) item->setForeground(mutedText(palette()));
        }
    }
}

}  // namespace salient
