#pragma once

#include <QWidget>
#include <memory>

#include "core/model/model.h"
#include "widgets/selection.h"

class QComboBox;
class QSpinBox;
class QToolButton;

namespace salient {

/// Chooses the layer, channel and row that all views look at. Its actions are the keys of the layer before and after.
class SelectionBar : public QWidget {
    Q_OBJECT
public:
    SelectionBar(SelectionModel& selection, QWidget* parent = nullptr);
    void setModel(const std::shared_ptr<const Model>& model);

private:
    void show(const Selection& now);
    void moveBy(int delta);

    SelectionModel& selection_;
    std::shared_ptr<const Model> model_;
    QComboBox* layer_;
    QToolButton* previous_;
    QToolButton* next_;
    QSpinBox* channel_;
    QSpinBox* row_;
};

}  // namespace salient
