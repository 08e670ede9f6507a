#pragma once

#include <QAbstractTableModel>
#include <vector>

#include "core/recipe/recipe.h"

namespace salient {

/// The runs of a recipe as a list: name, method, grid.
class RecipeRunsModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Name, Grid, ColumnCount };

    explicit RecipeRunsModel(QObject* parent = nullptr);
    void setRuns(std::vector<RecipeRun> runs);
    [[nodiscard]] const std::vector<RecipeRun>& runs() const noexcept { return runs_; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    std::vector<RecipeRun> runs_;
};

}  // namespace salient
