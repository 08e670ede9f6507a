#pragma once

#include <QFont>
#include <QWidget>
#include <vector>

#include "core/quant/method.h"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QFormLayout;
class QGroupBox;
class QLabel;
class QLineEdit;
class QSpinBox;

namespace salient {

class GroupSizeBox;

/// All options of one quantization method. Options that the chosen method does not read are not shown.
class MethodForm : public QWidget {
    Q_OBJECT
public:
    explicit MethodForm(QWidget* parent = nullptr);

    void setMethod(const MethodSpec& method);
    /// What the controls say, laid over what was set: options without a control keep their value.
    [[nodiscard]] MethodSpec method() const;

signals:
    /// The user changed an option; `what` names it, for undo.
    void edited(const QString& what);

protected:
    bool event(QEvent* event) override;

private:
    QLabel* addRow(QFormLayout* form, const QString& label, QWidget* field, const QString& tip);
    void fitColumns();
    [[nodiscard]] QWidget* makeGridBox();
    [[nodiscard]] QWidget* makeGptqBox();
    [[nodiscard]] QWidget* makeAwqBox();
    [[nodiscard]] QWidget* makeSmoothBox();
    [[nodiscard]] QWidget* makeWalkBox();
    void chooseMethod();
    void showRelevant();
    void report(const QString& what);

    MethodSpec method_;
    GridSpec weight_only_grid_;  // restored when the user leaves W8A8, whose grid is fixed
    bool is_setting_ = false;

    std::vector<QLabel*> captions_;
    std::vector<QWidget*> fields_;  // without check boxes and lines
    QFont fitted_font_;

    QComboBox* name_;
    QSpinBox* bits_;
    GroupSizeBox* group_size_;
    QComboBox* symmetry_;
    QCheckBox* mse_search_;
    QComboBox* activations_;
    QLabel* activations_label_;
    QComboBox* weight_scale_;
    QLabel* weight_scale_label_;

    QGroupBox* gptq_box_;
    QDoubleSpinBox* damping_;
    QSpinBox* damping_tries_;
    QSpinBox* block_size_;
    QCheckBox* act_order_;
    QCheckBox* static_groups_;
    QComboBox* group_parameters_;

    QGroupBox* awq_box_;
    QComboBox* awq_ratio_mode_;
    QDoubleSpinBox* awq_ratio_;
    QSpinBox* awq_points_;
    QCheckBox* awq_duo_;
    QComboBox* awq_judges_;
    QComboBox* awq_clip_mode_;
    QDoubleSpinBox* awq_clip_;
    QSpinBox* awq_clip_levels_;
    QComboBox* awq_clip_layers_;

    QGroupBox* smooth_box_;
    QComboBox* alpha_mode_;
    QDoubleSpinBox* alpha_;
    QComboBox* smooth_form_;

    QCheckBox* true_sequential_;
    QComboBox* feed_;
    QComboBox* fold_;
    QLabel* fold_label_;
    QLineEdit* keep_;
};

}  // namespace salient
