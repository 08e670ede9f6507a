#include "widgets/method_form.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QEvent>
#include <QFormLayout>
#include <QGroupBox>
#include <QLabel>
#include <QLineEdit>
#include <QScopedValueRollback>
#include <QSpinBox>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/group_size_box.h"
#include "widgets/method_text.h"

namespace salient {

namespace {

constexpr int kDampingTries = 20;  // offered; a recipe may allow more

QFormLayout* newForm(QWidget* box) {
    auto* form = new QFormLayout(box);
    form->setLabelAlignment(Qt::AlignLeft);
    form->setHorizontalSpacing(16);
    form->setVerticalSpacing(6);
    return form;
}

void chooseData(QComboBox* box, int value) {
    int at = box->findData(value);
    if (at < 0) {  // a value from a recipe that the list does not offer
        box->addItem(QString::number(value), value);
        at = box->count() - 1;
    }
    box->setCurrentIndex(at);
}

}  // namespace

MethodForm::MethodForm(QWidget* parent) : QWidget(parent) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(12);
    layout->addWidget(makeGridBox());
    layout->addWidget(makeGptqBox());
    layout->addWidget(makeAwqBox());
    layout->addWidget(makeSmoothBox());
    layout->addWidget(makeWalkBox());
    layout->addStretch();

    connect(name_, &QComboBox::activated, this, &MethodForm::chooseMethod);
    const auto watch = [this](auto* field, auto signal, const QString& what) {
        connect(field, signal, this, [this, what] { report(what); });
    };
    watch(bits_, &QSpinBox::valueChanged, tr("bits"));
    watch(group_size_, &QComboBox::currentIndexChanged, tr("group size"));
    watch(symmetry_, &QComboBox::currentIndexChanged, tr("symmetry"));
    watch(mse_search_, &QCheckBox::toggled, tr("range search"));
    watch(activations_, &QComboBox::currentIndexChanged, tr("activations"));
    watch(weight_scale_, &QComboBox::currentIndexChanged, tr("weight scale"));
    watch(damping_, &QDoubleSpinBox::valueChanged, tr("damping"));
    watch(damping_tries_, &QSpinBox::valueChanged, tr("damping tries"));
    watch(block_size_, &QSpinBox::valueChanged, tr("block size"));
    watch(act_order_, &QCheckBox::toggled, tr("act-order"));
    watch(static_groups_, &QCheckBox::toggled, tr("static groups"));
    watch(group_parameters_, &QComboBox::currentIndexChanged, tr("group parameters"));
    watch(awq_ratio_mode_, &QComboBox::currentIndexChanged, tr("AWQ ratio"));
    watch(awq_ratio_, &QDoubleSpinBox::valueChanged, tr("AWQ ratio"));
    watch(awq_points_, &QSpinBox::valueChanged, tr("AWQ grid"));
    watch(awq_duo_, &QCheckBox::toggled, tr("AWQ duo form"));
    watch(awq_judges_, &QComboBox::currentIndexChanged, tr("AWQ loss"));
    watch(awq_clip_mode_, &QComboBox::currentIndexChanged, tr("AWQ clip"));
    watch(awq_clip_, &QDoubleSpinBox::valueChanged, tr("AWQ clip"));
    watch(awq_clip_levels_, &QSpinBox::valueChanged, tr("AWQ clip levels"));
    watch(awq_clip_layers_, &QComboBox::currentIndexChanged, tr("clipped layers"));
    watch(alpha_mode_, &QComboBox::currentIndexChanged, tr("α"));
    watch(alpha_, &QDoubleSpinBox::valueChanged, tr("α"));
    watch(smooth_form_, &QComboBox::currentIndexChanged, tr("form of the scales"));
    watch(fold_, &QComboBox::currentIndexChanged, tr("where scales fold"));
    watch(true_sequential_, &QCheckBox::toggled, tr("true sequential"));
    watch(feed_, &QComboBox::currentIndexChanged, tr("feed"));
    connect(keep_, &QLineEdit::editingFinished, this, [this] {
        if (keep_->isModified()) report(tr("layers kept"));
        keep_->setModified(false);
    });
    fitColumns();
    setMethod({});
}

QLabel* MethodForm::addRow(QFormLayout* form, const QString& label, QWidget* field, const QString& tip) {
    field->setToolTip(tip);
    field->setAccessibleName(label);
    if (qobject_cast<QCheckBox*>(field) == nullptr && qobject_cast<QLineEdit*>(field) == nullptr) fields_.push_back(field);
    auto* caption = new QLabel(label);
    captions_.push_back(caption);
    caption->setBuddy(field);
    form->addRow(caption, field);
    return caption;
}

/// The boxes stand below each other: their captions and fields are as wide as the widest of all, whether it is shown or not.
void MethodForm::fitColumns() {
    const auto fit = [](const auto& widgets) {
        int widest = 0;
        for (const QWidget* widget : widgets) widest = std::max(widest, widget->sizeHint().width());
        for (QWidget* widget : widgets) widget->setFixedWidth(widest);
    };
    fitted_font_ = font();
    fit(captions_);
    fit(fields_);
}

bool MethodForm::event(QEvent* event) {
    const bool is_known = QWidget::event(event);
    // Not before the children have the new font, too.
    if (event->type() == QEvent::LayoutRequest && font() != fitted_font_) fitColumns();
    return is_known;
}

QWidget* MethodForm::makeGridBox() {
    auto* box = new QGroupBox(tr("Method"), this);
    QFormLayout* form = newForm(box);

    name_ = new QComboBox(box);
    for (const std::string& name : methodNames()) name_->addItem(methodTitle(name), QString::fromStdString(name));
    addRow(form, tr("Method"), name_, tr("What is done to the weights before rounding, and how codes are chosen"));

    bits_ = new QSpinBox(box);
    bits_->setRange(2, 8);
    addRow(form, tr("Bits"), bits_, tr("Bits per weight code, 2 to 8"));

    group_size_ = new GroupSizeBox(tr("%1 columns"), tr("whole row"), box);
    addRow(form, tr("Group size"), group_size_,
           tr("Consecutive input columns that share scale and zero point; choose, or type any number. Smaller groups: less error, more "
              "bytes. Formats hold sizes that divide the inputs of every layer, GGUF multiples of 32, awq one for all layers; "
              "dequantized holds any"));

    symmetry_ = new QComboBox(box);
    symmetry_->addItem(tr("asymmetric"), 0);
    symmetry_->addItem(tr("symmetric"), 1);
    addRow(form, tr("Zero point"), symmetry_, tr("Asymmetric: each group has its own zero point. Symmetric: it is fixed in the middle"));

    mse_search_ = new QCheckBox(tr("Search the range"), box);
    addRow(form, QString(), mse_search_, tr("Shrink each group's range to the one with the least rounding error, |w − ŵ|^2.4"));

    activations_ = new QComboBox(box);
    activations_->addItem(tr("int8, one scale per token"), static_cast<int>(ActivationScale::PerToken));
    activations_->addItem(tr("int8, one scale per tensor"), static_cast<int>(ActivationScale::PerTensor));
    activations_label_ = addRow(form, tr("Inputs"), activations_,
                                tr("How the layers' inputs are rounded: per token while running, or by one scale fixed in calibration"));

    weight_scale_ = new QComboBox(box);
    weight_scale_->addItem(tr("one per row"), 0);
    weight_scale_->addItem(tr("one per tensor"), 1);
    weight_scale_label_ =
        addRow(form, tr("Weight scale"), weight_scale_,
               tr("The weights of an int8 layer that share a scale: those of an output, or all. One for all: more error"));
    return box;
}

QWidget* MethodForm::makeGptqBox() {
    gptq_box_ = new QGroupBox(tr("GPTQ"), this);
    QFormLayout* form = newForm(gptq_box_);
    damping_ = new QDoubleSpinBox(gptq_box_);
    damping_->setDecimals(4);
    damping_->setRange(0.0, 1.0);
    damping_->setSingleStep(0.005);
    addRow(form, tr("Damping"), damping_,
           tr("Added to the Hessian's diagonal, as a fraction of its mean. Raised tenfold, and told, where it does not suffice"));
    damping_tries_ = new QSpinBox(gptq_box_);
    damping_tries_->setRange(1, kDampingTries);
    addRow(form, tr("Damping tries"), damping_tries_,
           tr("How many dampings are tried, each ten times the one before and at most 1, before the layer is refused; 1: never raised"));
    block_size_ = new QSpinBox(gptq_box_);
    block_size_->setRange(1, 4096);
    block_size_->setSuffix(tr(" columns"));
    addRow(form, tr("Block size"), block_size_,
           tr("Columns between two lazy batches of updates; affects speed, and where groups take their grid"));
    group_parameters_ = new QComboBox(gptq_box_);
    group_parameters_->addItem(tr("fresh"), static_cast<int>(GptqOptions::GroupParameters::Fresh));
    group_parameters_->addItem(tr("as published"), static_cast<int>(GptqOptions::GroupParameters::Published));
    addRow(form, tr("Group parameters"), group_parameters_,
           tr("Fresh: a group's grid from fully updated columns. As published: without the updates pending inside the block"));
    act_order_ = new QCheckBox(tr("Act-order"), gptq_box_);
    addRow(form, QString(), act_order_, tr("Process columns by decreasing activation, so that important ones are rounded first"));
    static_groups_ = new QCheckBox(tr("Static groups"), gptq_box_);
    addRow(form, QString(), static_groups_,
           tr("Grids from the weights before any update, by original column; loaders then need no permutation"));
    return gptq_box_;
}

QWidget* MethodForm::makeAwqBox() {
    awq_box_ = new QGroupBox(tr("AWQ"), this);
    QFormLayout* form = newForm(awq_box_);
    awq_ratio_mode_ = new QComboBox(awq_box_);
    awq_ratio_mode_->addItem(tr("searched per group"), 0);
    awq_ratio_mode_->addItem(tr("fixed"), 1);
    awq_ratio_mode_->addItem(tr("no scaling"), 2);
    addRow(form, tr("Ratio"), awq_ratio_mode_, tr("The exponent on mean |x| that makes the channel scales"));
    awq_ratio_ = new QDoubleSpinBox(awq_box_);
    awq_ratio_->setRange(0.0, 1.0);
    awq_ratio_->setSingleStep(0.05);
    addRow(form, tr("Fixed ratio"), awq_ratio_, tr("0: no scaling; 1: scales in proportion to mean |x|"));
    awq_points_ = new QSpinBox(awq_box_);
    awq_points_->setRange(1, 200);
    addRow(form, tr("Search points"), awq_points_, tr("How many ratios are tried: 0, 1/n, … (n−1)/n"));
    awq_duo_ = new QCheckBox(tr("Duo scaling"), awq_box_);
    addRow(form, QString(), awq_duo_, tr("Scales from weight and activation means, AutoAWQ's form"));
    awq_judges_ = new QComboBox(awq_box_);
    awq_judges_->addItem(tr("all layers of an input"), 1);
    awq_judges_->addItem(tr("its first layer"), 0);
    addRow(form, tr("Ratio judged by"), awq_judges_,
           tr("Layers that share an input share its scales: whose output error chooses the ratio, all of theirs or the first one's"));
    awq_clip_mode_ = new QComboBox(awq_box_);
    awq_clip_mode_->addItem(tr("searched per group"), 0);
    awq_clip_mode_->addItem(tr("fixed"), 1);
    awq_clip_mode_->addItem(tr("no clip"), 2);
    addRow(form, tr("Clip"), awq_clip_mode_, tr("Cut each group's range where the output error is least, or all at the same share"));
    awq_clip_ = new QDoubleSpinBox(awq_box_);
    awq_clip_->setDecimals(3);
    awq_clip_->setRange(AwqOptions::kLeastClip, 1.0);
    awq_clip_->setSingleStep(0.05);
    awq_clip_->setValue(1.0);
    addRow(form, tr("Fixed clip"), awq_clip_, tr("The share of each group's largest |w| that stays; 1: the whole range"));
    awq_clip_levels_ = new QSpinBox(awq_box_);
    awq_clip_levels_->setRange(1, 20);
    addRow(form, tr("Clip levels"), awq_clip_levels_,
           tr("How many ranges are tried: 100 %, 95 %, … of the whole one; 10 reach down to 55 %"));
    awq_clip_layers_ = new QComboBox(awq_box_);
    awq_clip_layers_->addItem(tr("all"), static_cast<int>(AwqOptions::ClipLayers::All));
    awq_clip_layers_->addItem(tr("not queries and keys"), static_cast<int>(AwqOptions::ClipLayers::Published));
    addRow(form, tr("Clipped layers"), awq_clip_layers_,
           tr("The published code leaves queries and keys unclipped; clipping all was measured to be better here"));
    return awq_box_;
}

QWidget* MethodForm::makeSmoothBox() {
    smooth_box_ = new QGroupBox(tr("SmoothQuant"), this);
    QFormLayout* form = newForm(smooth_box_);
    alpha_mode_ = new QComboBox(smooth_box_);
    alpha_mode_->addItem(tr("fixed"), 0);
    alpha_mode_->addItem(tr("searched per group"), 1);
    addRow(form, tr("Choice of α"), alpha_mode_, tr("One α for all layers, or the one with the least error for each input group"));
    alpha_ = new QDoubleSpinBox(smooth_box_);
    alpha_->setRange(0.0, 1.0);
    alpha_->setSingleStep(0.05);
    addRow(form, tr("α"), alpha_, tr("How much of the difficulty moves from activations (0) to weights (1)"));
    smooth_form_ = new QComboBox(smooth_box_);
    smooth_form_->addItem(tr("activations and weights"), 0);
    smooth_form_->addItem(tr("activations alone"), 1);
    addRow(form, tr("Scales from"), smooth_form_,
           tr("The paper's max |x|^α ÷ max |w|^(1−α), or the short form max |x|^α that overviews show"));
    return smooth_box_;
}

QWidget* MethodForm::makeWalkBox() {
    auto* box = new QGroupBox(tr("Walk over the model"), this);
    QFormLayout* form = newForm(box);
    feed_ = new QComboBox(box);
    feed_->addItem(tr("original block"), static_cast<int>(MethodSpec::Feed::Original));
    feed_->addItem(tr("quantized block"), static_cast<int>(MethodSpec::Feed::Quantized));
    addRow(form, tr("Next block sees"), feed_,
           tr("Outputs of the original block, as in AWQ's code, or of the quantized one, as in GPTQ's"));
    true_sequential_ = new QCheckBox(tr("True sequential"), box);
    addRow(form, QString(), true_sequential_,
           tr("Later layers of a block see the earlier ones quantized: q, k, v, then o, then gate, up, then down"));
    fold_ = new QComboBox(box);
    fold_->addItem(tr("norms and earlier layers"), 1);
    fold_->addItem(tr("norms alone"), 0);
    fold_label_ =
        addRow(form, tr("Scales fold into"), fold_,
               tr("Norm gains only, as published SmoothQuant does, or also the rows of an earlier layer: up for down, value for output"));
    keep_ = new QLineEdit(box);
    keep_->setPlaceholderText(tr("e.g. down_proj$; layers\\.0\\."));
    addRow(form, tr("Keep in 16 bits"), keep_, tr("Regular expressions of layer names that are not quantized, separated by semicolons"));
    return box;
}

void MethodForm::chooseMethod() {
    const MethodSpec now = method();
    MethodSpec base;
    base.grid = now.activations == ActivationScale::None ? now.grid : weight_only_grid_;
    base.grid.rule = GridRule::Gptq;
    MethodSpec next = methodFromName(name_->currentData().toString().toStdString(), base);
    next.keep = now.keep;
    if (now.activations != ActivationScale::None && next.activations != ActivationScale::None) {
        next.grid = now.grid;
        next.activations = now.activations;
    }
    setMethod(next);
    emit edited(tr("method"));
}

void MethodForm::setMethod(const MethodSpec& method) {
    const QScopedValueRollback setting(is_setting_, true);
    method_ = method;
    if (method.activations == ActivationScale::None) weight_only_grid_ = method.grid;
    const std::string_view name = methodName(method);
    name_->setCurrentIndex(name_->findData(QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()))));
    bits_->setValue(method.grid.bits);
    group_size_->setGroupSize(static_cast<int>(method.grid.group_size));
    chooseData(symmetry_, method.grid.is_symmetric ? 1 : 0);
    mse_search_->setChecked(method.grid.mse_search);
    if (method.activations != ActivationScale::None) chooseData(activations_, static_cast<int>(method.activations));
    chooseData(weight_scale_, method.grid.per_tensor ? 1 : 0);
    damping_->setValue(method.gptq.damping);
    damping_tries_->setMaximum(std::max(kDampingTries, method.gptq.max_damping_tries));
    damping_tries_->setValue(method.gptq.max_damping_tries);
    block_size_->setValue(static_cast<int>(method.gptq.block_size));
    act_order_->setChecked(method.gptq.act_order);
    static_groups_->setChecked(method.gptq.static_groups);
    chooseData(group_parameters_, static_cast<int>(method.gptq.group_parameters));
    chooseData(awq_ratio_mode_, !method.awq.search_scale ? 2 : method.awq.fixed_ratio >= 0.0 ? 1 : 0);
    if (method.awq.fixed_ratio >= 0.0) awq_ratio_->setValue(method.awq.fixed_ratio);
    awq_points_->setValue(method.awq.n_grid);
    awq_duo_->setChecked(method.awq.duo);
    chooseData(awq_judges_, method.awq.joint_loss ? 1 : 0);
    chooseData(awq_clip_mode_, !method.awq.search_clip ? 2 : method.awq.fixed_clip >= 0.0 ? 1 : 0);
    if (method.awq.fixed_clip >= 0.0) awq_clip_->setValue(method.awq.fixed_clip);
    awq_clip_levels_->setValue(method.awq.n_clip_levels);
    chooseData(awq_clip_layers_, static_cast<int>(method.awq.clip_layers));
    chooseData(alpha_mode_, method.smoothquant.search_alpha ? 1 : 0);
    alpha_->setValue(method.smoothquant.alpha);
    chooseData(smooth_form_, method.smoothquant.activation_only ? 1 : 0);
    chooseData(fold_, method.fold_into_linears ? 1 : 0);
    true_sequential_->setChecked(method.true_sequential);
    chooseData(feed_, static_cast<int>(method.feed));
    QStringList keep;
    for (const std::string& pattern : method.keep) keep << QString::fromStdString(pattern);
    keep_->setText(keep.join(QStringLiteral("; ")));
    keep_->setModified(false);
    showRelevant();
}

MethodSpec MethodForm::method() const {
    MethodSpec method = method_;
    method.grid.bits = bits_->value();
    method.grid.group_size = group_size_->groupSize();
    method.grid.is_symmetric = symmetry_->currentData().toInt() == 1;
    method.grid.mse_search = mse_search_->isChecked();
    // AWQ has its own rule for asymmetric ranges; symmetric ones follow GPTQ's.
    if (method.scaling == Scaling::Awq && method.activations == ActivationScale::None) {
        method.grid.rule = method.grid.is_symmetric ? GridRule::Gptq : GridRule::Awq;
    }
    if (method.activations != ActivationScale::None) {
        method.activations = static_cast<ActivationScale>(activations_->currentData().toInt());
        method.grid.per_tensor = weight_scale_->currentData().toInt() == 1;
    }
    method.gptq.damping = damping_->value();
    method.gptq.max_damping_tries = damping_tries_->value();
    method.gptq.block_size = block_size_->value();
    method.gptq.act_order = act_order_->isChecked();
    method.gptq.static_groups = static_groups_->isChecked();
    method.gptq.group_parameters = static_cast<GptqOptions::GroupParameters>(group_parameters_->currentData().toInt());
    const int ratio_mode = awq_ratio_mode_->currentData().toInt();
    method.awq.search_scale = ratio_mode != 2;
    method.awq.fixed_ratio = ratio_mode == 1 ? awq_ratio_->value() : -1.0;
    method.awq.n_grid = awq_points_->value();
    method.awq.duo = awq_duo_->isChecked();
    method.awq.joint_loss = awq_judges_->currentData().toInt() == 1;
    const int clip_mode = awq_clip_mode_->currentData().toInt();
    method.awq.search_clip = clip_mode != 2;
    method.awq.fixed_clip = clip_mode == 1 ? awq_clip_->value() : -1.0;
    method.awq.n_clip_levels = awq_clip_levels_->value();
    method.awq.clip_layers = static_cast<AwqOptions::ClipLayers>(awq_clip_layers_->currentData().toInt());
    method.smoothquant.search_alpha = alpha_mode_->currentData().toInt() == 1;
    method.smoothquant.alpha = alpha_->value();
    method.smoothquant.activation_only = smooth_form_->currentData().toInt() == 1;
    method.fold_into_linears = fold_->currentData().toInt() == 1;
    method.true_sequential = true_sequential_->isChecked();
    method.feed = static_cast<MethodSpec::Feed>(feed_->currentData().toInt());
    method.keep.clear();
    for (const QString& pattern : keep_->text().split(QLatin1Char(';'), Qt::SkipEmptyParts)) {
        if (!pattern.trimmed().isEmpty()) method.keep.push_back(pattern.trimmed().toStdString());
    }
    return method;
}

void MethodForm::showRelevant() {
    const bool is_w8a8 = method_.activations != ActivationScale::None;
    // int8 products fix the weight's codes: 8 bits, symmetric, no groups. How far they reach is free.
    for (QWidget* field : {static_cast<QWidget*>(bits_), static_cast<QWidget*>(group_size_), static_cast<QWidget*>(symmetry_)})
        field->setEnabled(!is_w8a8);
    activations_->setVisible(is_w8a8);
    activations_label_->setVisible(is_w8a8);
    weight_scale_->setVisible(is_w8a8);
    weight_scale_label_->setVisible(is_w8a8);
    gptq_box_->setVisible(method_.rounding == Rounding::Gptq);
    awq_box_->setVisible(method_.scaling == Scaling::Awq);
    smooth_box_->setVisible(method_.scaling == Scaling::SmoothQuant);
    awq_ratio_->setEnabled(awq_ratio_mode_->currentData().toInt() == 1);
    awq_points_->setEnabled(awq_ratio_mode_->currentData().toInt() == 0);
    awq_judges_->setEnabled(awq_ratio_mode_->currentData().toInt() == 0);
    const int clip_mode = awq_clip_mode_->currentData().toInt();
    awq_clip_->setEnabled(clip_mode == 1);
    awq_clip_levels_->setEnabled(clip_mode == 0);
    awq_clip_layers_->setEnabled(clip_mode != 2);
    alpha_->setEnabled(alpha_mode_->currentData().toInt() == 0);
    fold_->setVisible(method_.scaling != Scaling::None);
    fold_label_->setVisible(method_.scaling != Scaling::None);
}

void MethodForm::report(const QString& what) {
    if (is_setting_) return;
    method_ = method();
    showRelevant();
    emit edited(what);
}

}  // namespace salient
