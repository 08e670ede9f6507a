#pragma once

#include <QAbstractTableModel>
#include <QStringList>
#include <cstddef>
#include <utility>
#include <vector>

namespace salient {

/// A table of layers, one row each: the name of the layer, then numbers about it.
class LayerTableModel : public QAbstractTableModel {
    Q_OBJECT
public:
    static constexpr int kSortRole = Qt::UserRole;  ///< a number, or the position of the layer; NaN where nothing is known

    /// Empty: no such row.
    [[nodiscard]] QString layer(int row) const { return names_.value(row); }
    /// −1: no such layer.
    [[nodiscard]] int rowOf(const QString& layer) const { return static_cast<int>(names_.indexOf(layer)); }
    /// The whole table as comma-separated lines, with every digit; what is not known is left empty.
    [[nodiscard]] QString toCsv() const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

protected:
    struct Numbers {
        const char* key;  ///< in toCsv()
        QString title;
        QString tip;              ///< of the title; may be empty
        QString (*text)(double);  ///< a number as it is shown
    };

    /// The columns after the first.
    LayerTableModel(std::vector<Numbers> columns, QObject* parent);
    /// Between beginResetModel() and endResetModel().
    void setRows(QStringList layers) { names_ = std::move(layers); }
    /// What a column after the first holds; NaN where nothing is known.
    [[nodiscard]] virtual double number(int row, int column) const = 0;

private:
    [[nodiscard]] const Numbers& numbers(int column) const { return columns_[static_cast<std::size_t>(column - 1)]; }

    std::vector<Numbers> columns_;
    QStringList names_;
};

}  // namespace salient
