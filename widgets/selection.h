#pragma once

#include <QObject>
#include <QString>

#include "core/tensor/matrix.h"

namespace salient {

/// What the user looks at. It means the same in every view: choose a channel in one and all others go there.
struct Selection {
    int block = -1;      ///< transformer block; −1: none
    QString layer;       ///< full module name of a linear layer; empty: none
    Index channel = -1;  ///< input channel (column of the weight); −1: none
    Index row = -1;      ///< output row of the weight; −1: none
    bool operator==(const Selection&) const = default;
};

/// Holds the one selection of a session and tells its views when it changes.
class SelectionModel : public QObject {
    Q_OBJECT

public:
    explicit SelectionModel(QObject* parent = nullptr);
    [[nodiscard]] const Selection& current() const noexcept { return current_; }

public slots:
    void select(const salient::Selection& selection);
    /// Another layer: channel and row are let go, since they count something else there. The same layer changes nothing.
    void selectLayer(int block, const QString& layer);
    void selectChannel(salient::Index channel);
    void selectRow(salient::Index row);
    /// Both at once: one change, one signal.
    void selectCell(salient::Index row, salient::Index channel);

signals:
    /// Only emitted when something differs.
    void changed(const salient::Selection& now, const salient::Selection& before);

private:
    Selection current_;
};

}  // namespace salient
