#include "widgets/override_panel.h"

#include <QAction>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QSignalBlocker>
#include <QVBoxLayout>
#include <algorithm>
#include <initializer_list>

#include "core/io/name_pattern.h"
#include "widgets/empty_text.h"
#include "widgets/flow_row.h"
#include "widgets/group_size_box.h"
#include "widgets/method_text.h"
#include "widgets/number_text.h"
#include "widgets/plain_text.h"
#include "widgets/value_text.h"

namespace salient {

namespace {

constexpr int kListLines = 4;
constexpr std::size_t kLongestNames = 900;  // of 1000 bytes that an expression may have (name_pattern.h)
constexpr double kSame = -1.0;              // of strength and clip
enum What { Keep, Change };
enum ListRole { RunRole = Qt::UserRole, IsKeepRole, IndexRole };

QComboBox* newChoice(QWidget* parent, const QString& name, const QString& tip) {
    auto* box = new QComboBox(parent);
    box->setAccessibleName(name);
    box->setToolTip(tip);
    return box;
}

/// A copy in which every change of `layers` is gone.
template <typename Changes, typename Expression>
void removeSame(Changes& changes, const Expression& has_same_layers) {
    changes.erase(std::remove_if(changes.begin(), changes.end(), has_same_layers), changes.end());
}

QString ratioText(double before, double after) {
    if (after <= 0.0) return OverridePanel::tr("No error is left in them.");
    if (before <= 0.0) return OverridePanel::tr("They had no error, and get that of rounding.");
    if (after == before)
        return OverridePanel::tr("Plain rounding gives them the same error as before: only a run shows what this change does to it.");
    const double ratio = after / before;
    return ratio <= 1.0 ? OverridePanel::tr("By plain rounding, their error falls to 1/%1.").arg(numberText(1.0 / ratio, 3))
                        : OverridePanel::tr("By plain rounding, their error grows %1 times.").arg(numberText(ratio, 3));
}

}  // namespace

OverridePanel::OverridePanel(QWidget* parent)
    : QWidget(parent),
      subject_(new QLabel(this)),
      run_(newChoice(this, tr("Run"), tr("The run of the recipe whose layers get other settings"))),
      what_(newChoice(this, tr("Change"), tr("What happens to these layers"))),
      method_(newChoice(this, tr("Method of these layers"), tr("How these layers are quantized"))),
      bits_(newChoice(this, tr("Bits of these layers"), tr("Bits per weight code"))),
      group_size_(new GroupSizeBox(tr("groups of %1"), tr("whole row"), this)),
      strength_(newChoice(this, tr("Scaling of these layers"),
                          tr("SmoothQuant's α or AWQ's ratio; layers that read one input need the same, so match them all"))),
      clip_(newChoice(this, tr("Clip of these layers"), tr("Where AWQ cuts the range of every group, as a share of its largest |w|"))),
      apply_(new QPushButton(tr("Apply"), this)),
      forecast_(plainLabel(this)),
      list_(new QListWidget(this)),
      remove_(new QPushButton(tr("Take back"), this)) {
    subject_->setTextFormat(Qt::PlainText);
    what_->addItem(tr("keep in 16 bits"), Keep);
    what_->addItem(tr("quantize with"), Change);
    method_->addItem(tr("same method"), QString());
    for (const std::string& name : methodNames()) method_->addItem(methodTitle(name), QString::fromStdString(name));
    bits_->addItem(tr("same bits"), 0);
    for (int bits = 2; bits <= 8; ++bits) bits_->addItem(tr("%1 bits").arg(bits), bits);
    group_size_->insertItem(0, tr("same groups"), 0);
    group_size_->setCurrentIndex(0);
    group_size_->setAccessibleName(tr("Group size of these layers"));
    group_size_->setToolTip(
        tr("Consecutive input columns that share scale and zero point; choose, or type any number. Formats hold sizes that divide the "
           "inputs of every layer, GGUF multiples of 32, awq one for all layers; dequantized holds any"));
    strength_->addItem(tr("same scaling"), kSame);
    for (int i = 0; i <= 20; ++i) strength_->addItem(tr("α or ratio %1").arg(numberText(i / 20.0, 2)), i / 20.0);
    clip_->addItem(tr("same clip"), kSame);
    for (int i = 20; i >= 1; --i) clip_->addItem(tr("clip at %1 %").arg(5 * i), i / 20.0);
    apply_->setToolTip(tr("Put the change into the recipe; it can be undone"));
    remove_->setToolTip(tr("Remove the chosen change from its run (Delete)"));
    forecast_->setWordWrap(true);
    forecast_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    forecast_->setAccessibleName(tr("What the change would do"));
    list_->setAccessibleName(tr("Layers with other settings"));
    sayWhenEmpty(*list_, tr("No layer has other settings. Choose layers in the map, and what happens to them above."));
    list_->setFixedHeight(kListLines * (fontMetrics().height() + 8));
    auto* remove_key = new QAction(tr("Take back"), list_);
    remove_key->setShortcut(QKeySequence::Delete);
    remove_key->setShortcutContext(Qt::WidgetShortcut);
    list_->addAction(remove_key);

    auto* row = new FlowRow(this);
    row->add({new QLabel(tr("In"), this), run_});
    for (QWidget* part : std::initializer_list<QWidget*>{subject_, what_, method_, bits_, group_size_, strength_, clip_, apply_})
        row->add({part});
    auto* below = new QHBoxLayout;
    below->addWidget(list_, 1);
    below->addWidget(remove_, 0, Qt::AlignTop);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(row);
    layout->addWidget(forecast_);
    layout->addLayout(below);

    for (QComboBox* box : std::initializer_list<QComboBox*>{run_, what_, method_, bits_, group_size_, strength_, clip_})
        connect(box, &QComboBox::currentIndexChanged, this, &OverridePanel::refresh);
    connect(apply_, &QPushButton::clicked, this, &OverridePanel::apply);
    connect(remove_, &QPushButton::clicked, this, &OverridePanel::removeChosen);
    connect(remove_key, &QAction::triggered, this, &OverridePanel::removeChosen);
    connect(list_, &QListWidget::currentRowChanged, this, [this](int at) { remove_->setEnabled(at >= 0); });
    refresh();
    showList();
}

void OverridePanel::setModel(const std::shared_ptr<const Model>& model) {
    model_ = model;
    refresh();
}

void OverridePanel::setRuns(const std::vector<RecipeRun>& runs) {
    runs_ = runs;
    const QString before = run_->currentText();
    {
        const QSignalBlocker block(run_);
        run_->clear();
        for (const RecipeRun& run : runs_) run_->addItem(QString::fromStdString(run.name));
        if (runs_.size() > 1) run_->addItem(tr("all runs"));
        run_->setCurrentIndex(std::max(0, run_->findText(before)));
    }
    showList();
    refresh();
}

void OverridePanel::setPattern(const QString& expression) {
    pattern_ = expression;
    refresh();
}

void OverridePanel::setLayers(const QStringList& layers) {
    layers_ = layers;
    refresh();
}

std::vector<std::string> OverridePanel::expressions() const {
    if (!pattern_.isEmpty()) return {pattern_.toStdString()};
    std::vector<std::vector<std::string>> parts;
    std::size_t length = 0;
    for (const QString& layer : layers_) {
        const std::string name = NamePattern::escaped(layer.toStdString());
        length += name.size() + 1;
        if (parts.empty() || length > kLongestNames) {
            parts.emplace_back();
            length = name.size() + 1;
        }
        parts.back().push_back(name);
    }
    std::vector<std::string> result;
    for (const std::vector<std::string>& names : parts) {
        std::string all;
        for (const std::string& name : names) all += (all.empty() ? "" : "|") + name;
        result.push_back(names.size() == 1 ? "^" + all + "$" : "^(" + all + ")$");
    }
    return result;
}

const RecipeRun* OverridePanel::previewedRun() const {
    if (runs_.empty()) return nullptr;
    const int at = run_->currentIndex();
    return &runs_[at >= 0 && at < static_cast<int>(runs_.size()) ? static_cast<std::size_t>(at) : 0];
}

Scaling OverridePanel::scaling() const {
    const RecipeRun* run = previewedRun();
    if (run == nullptr) return Scaling::None;
    const std::string name = method_->currentData().toString().toStdString();
    return (name.empty() ? run->method : methodFromName(name, run->method)).scaling;
}

MethodSpec OverridePanel::changedMethod(const MethodSpec& method) const {
    MethodSpec changed = method;
    for (const std::string& layers : expressions()) changeLayers(changed, method, layers);
    return changed;
}

void OverridePanel::changeLayers(MethodSpec& changed, const MethodSpec& method, const std::string& layers) const {
    if (what_->currentData().toInt() == Keep) {
        removeSame(changed.keep, [&](const std::string& pattern) { return pattern == layers; });
        changed.keep.push_back(layers);
        return;
    }
    LayerOverride change;
    change.layers = layers;
    if (const QString name = method_->currentData().toString(); !name.isEmpty()) change.method = name.toStdString();
    if (const int bits = bits_->currentData().toInt(); bits != 0) change.bits = bits;
    if (const int size = group_size_->groupSize(); size != 0) change.group_size = size;
    const Scaling own = overridden(method, change).scaling;
    // What is not offered is not meant: a choice made for another run may still be in its box.
    if (const double strength = strength_->currentData().toDouble(); strength >= 0.0 && !strength_->isHidden()) {
        if (own == Scaling::SmoothQuant) change.alpha = strength;
        if (own == Scaling::Awq) change.ratio = strength;
    }
    if (const double clip = clip_->currentData().toDouble(); clip >= 0.0 && !clip_->isHidden() && own == Scaling::Awq) change.clip = clip;
    if (change == LayerOverride{.layers = layers}) return;
    // The latest change goes before older ones, whose expressions may match the same layers.
    removeSame(changed.overrides, [&](const LayerOverride& known) { return known.layers == layers; });
    changed.overrides.insert(changed.overrides.begin(), change);
}

QString OverridePanel::problemOf(const MethodSpec& changed) const {
    if (!model_) return {};
    try {
        checkMethod(*model_, changed);
    } catch (const Error& error) {
        return QString::fromUtf8(error.what());
    }
    return {};
}

void OverridePanel::refresh() {
    const bool is_change = what_->currentData().toInt() == Change;
    for (QWidget* box : std::initializer_list<QWidget*>{method_, bits_, group_size_}) box->setVisible(is_change);
    strength_->setVisible(is_change && scaling() != Scaling::None);
    clip_->setVisible(is_change && scaling() == Scaling::Awq);
    subject_->setText(subjectText());
    const RecipeRun* run = previewedRun();
    apply_->setEnabled(false);
    if (!model_ || run == nullptr || expressions().empty()) {
        forecast_->setText(
            tr("Choose a layer, or several with Ctrl or Shift, or type an expression above, to give them other bits or keep "
               "them in 16 bits."));
        return;
    }
    const MethodSpec changed = changedMethod(run->method);
    try {
        if (const QString problem = problemOf(changed); !problem.isEmpty()) {
            forecast_->setText(problem);
            return;
        }
        const std::size_t n_layers = changedLayers(*model_, run->method, changed).size();
        if (n_layers == 0) {
            forecast_->setText(is_change ? tr("Choose what is different for them.")
                                         : tr("They stay in 16 bits already, or nothing matches."));
            return;
        }
        apply_->setEnabled(true);
        forecast_->setText(tr("%n layer(s) of “%1” …", nullptr, static_cast<int>(n_layers)).arg(QString::fromStdString(run->name)));
        emit forecastWanted(QString::fromStdString(run->name), run->method, changed);
    } catch (const Error& error) {
        forecast_->setText(QString::fromUtf8(error.what()));
    }
}

QString OverridePanel::subjectText() const {
    if (!pattern_.isEmpty()) return tr("layers that match %1:").arg(pattern_.size() > 24 ? pattern_.left(23) + QChar(0x2026) : pattern_);
    if (layers_.isEmpty()) return tr("no layer");
    if (layers_.size() > 1) return tr("the %n chosen layer(s):", nullptr, static_cast<int>(layers_.size()));
    return tr("layer %1:").arg(layers_.front().section(QLatin1Char('.'), -3));
}

void OverridePanel::setForecast(const SettingsForecast& forecast, const std::vector<LayerReport>& measured) {
    const std::int64_t saved = forecast.bytes_after - forecast.bytes_before;
    const auto n_layers = static_cast<int>(forecast.layers.size());
    QString text = tr("%n layer(s): %1 → %2 (%3).", nullptr, n_layers)
                       .arg(bytesText(forecast.bytes_before), bytesText(forecast.bytes_after),
                            (saved < 0 ? QStringLiteral("−") : QStringLiteral("+")) + bytesText(std::abs(saved))) +
                   QLatin1Char(' ') + ratioText(forecast.error_before, forecast.error_after);
    double of_these = 0.0;
    double of_all = 0.0;
    for (const LayerReport& layer : measured) {
        of_all += layer.error.output_error;
        if (std::ranges::find(forecast.layers, layer.name) != forecast.layers.end()) of_these += layer.error.output_error;
    }
    if (of_all > 0.0)
        text += QLatin1Char(' ') + tr("They make %1 of the measured output error of this run.").arg(percentText(of_these / of_all));
    forecast_->setText(text);
}

QString OverridePanel::changeText(const LayerOverride& change) const {
    QStringList parts;
    if (change.method) parts << methodTitle(*change.method);
    if (change.bits) parts << tr("%1 bits").arg(*change.bits);
    if (change.group_size) parts << (*change.group_size < 0 ? tr("whole row") : tr("groups of %1").arg(*change.group_size));
    if (change.alpha) parts << tr("α %1").arg(numberText(*change.alpha, 3));
    if (change.ratio) parts << tr("ratio %1").arg(numberText(*change.ratio, 3));
    if (change.clip) parts << tr("clip at %1 %").arg(numberText(100.0 * *change.clip, 3));
    return parts.join(QStringLiteral(", "));
}

int OverridePanel::matchCount(const std::string& layers) const {
    if (!model_) return 0;
    try {
        const NamePattern pattern(layers, "layers");
        const auto matches = [&](const LinearInfo& linear) { return pattern.occursIn(linear.name); };
        return static_cast<int>(std::ranges::count_if(model_->linears, matches));
    } catch (const Error&) {
        return 0;  // half an expression, typed elsewhere: its place says what is wrong with it
    }
}

void OverridePanel::showList() {
    list_->clear();
    const auto add = [&](std::size_t run, bool is_keep, std::size_t index, const std::string& layers, const QString& what) {
        const int n_layers = matchCount(layers);
        auto* item = new QListWidgetItem(tr("%1: %2 — %3 (%n layer(s))", nullptr, n_layers)
                                             .arg(QString::fromStdString(runs_[run].name), QString::fromStdString(layers), what),
                                         list_);
        item->setData(RunRole, static_cast<int>(run));
        item->setData(IsKeepRole, is_keep);
        item->setData(IndexRole, static_cast<int>(index));
    };
    for (std::size_t run = 0; run < runs_.size(); ++run) {
        const MethodSpec& method = runs_[run].method;
        for (std::size_t i = 0; i < method.keep.size(); ++i) add(run, true, i, method.keep[i], tr("16 bits"));
        for (std::size_t i = 0; i < method.overrides.size(); ++i)
            add(run, false, i, method.overrides[i].layers, changeText(method.overrides[i]));
    }
    const bool is_any = list_->count() > 0;
    list_->setVisible(is_any);
    remove_->setVisible(is_any);
    remove_->setEnabled(false);
}

void OverridePanel::apply() {
    std::vector<RecipeRun> runs = runs_;
    const int at = run_->currentIndex();
    const bool is_all = at >= static_cast<int>(runs.size());
    for (std::size_t i = 0; i < runs.size(); ++i) {
        if (!is_all && static_cast<int>(i) != at) continue;
        MethodSpec changed = changedMethod(runs[i].method);
        // Among all runs there may be one that the change does not fit (W8A8 has no choice of bits): it stays as it is.
        if (problemOf(changed).isEmpty()) runs[i].method = std::move(changed);
    }
    emit runsEdited(runs, tr("layer settings"));
}

void OverridePanel::removeChosen() {
    const QListWidgetItem* item = list_->currentItem();
    if (item == nullptr) return;
    std::vector<RecipeRun> runs = runs_;
    MethodSpec& method = runs[item->data(RunRole).toUInt()].method;
    const auto index = static_cast<std::ptrdiff_t>(item->data(IndexRole).toInt());
    if (item->data(IsKeepRole).toBool()) {
        method.keep.erase(method.keep.begin() + index);
    } else {
        method.overrides.erase(method.overrides.begin() + index);
    }
    emit runsEdited(runs, tr("take back layer settings"));
}

}  // namespace salient
