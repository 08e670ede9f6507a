#include "widgets/recipe_runs_model.h"

#include "widgets/method_text.h"

namespace salient {

RecipeRunsModel::RecipeRunsModel(QObject* parent) : QAbstractTableModel(parent) {}

void RecipeRunsModel::setRuns(std::vector<RecipeRun> runs) {
    if (runs.size() == runs_.size()) {  // keeps the view's selection
        runs_ = std::move(runs);
        if (!runs_.empty()) emit dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
        return;
    }
    beginResetModel();
    runs_ = std::move(runs);
    endResetModel();
}

int RecipeRunsModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : static_cast<int>(runs_.size()); }

int RecipeRunsModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

QVariant RecipeRunsModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) return {};
    const RecipeRun& run = runs_[static_cast<std::size_t>(index.row())];
    if (role == Qt::ToolTipRole) return gridText(run.method);
    if (role != Qt::DisplayRole) return {};
    return index.column() == Name ? QString::fromStdString(run.name) : gridText(run.method);
}

QVariant RecipeRunsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
    return section == Name ? tr("Run") : tr("Grid");
}

}  // namespace salient
