#include "widgets/layer_table_model.h"

#include <QLocale>
#include <cmath>
#include <utility>

#include "widgets/layer_name.h"
#include "widgets/plain_text.h"
#include "widgets/value_text.h"

namespace salient {

namespace {

constexpr int kLayer = 0;  // the first column

QVariant alignmentOf(int column) { return QVariant((column == kLayer ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter); }

}  // namespace

LayerTableModel::LayerTableModel(std::vector<Numbers> columns, QObject* parent)
    : QAbstractTableModel(parent), columns_(std::move(columns)) {}

int LayerTableModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : static_cast<int>(names_.size()); }

int LayerTableModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : static_cast<int>(columns_.size()) + 1; }

QVariant LayerTableModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) return {};
    const int row = index.row();
    const int column = index.column();
    if (role == Qt::TextAlignmentRole) return alignmentOf(column);
    if (column == kLayer) {
        if (role == kSortRole) return static_cast<double>(row);
        if (role == Qt::ToolTipRole) return plainTip(layer(row));
        if (role == Qt::DisplayRole) return shortLayerName(layer(row));
        return {};
    }
    const double value = number(row, column);
    if (role == kSortRole) return value;
    if (role == Qt::ToolTipRole) return std::isnan(value) ? QVariant() : QVariant(numberText(value, 10));
    if (role == Qt::DisplayRole) return std::isnan(value) ? QStringLiteral("–") : numbers(column).text(value);
    return {};
}

QVariant LayerTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount()) return {};
    if (role == Qt::TextAlignmentRole) return alignmentOf(section);
    if (role == Qt::DisplayRole) return section == kLayer ? tr("Layer") : numbers(section).title;
    if (role == Qt::ToolTipRole && section != kLayer) return numbers(section).tip;
    return {};
}

QString LayerTableModel::toCsv() const {
    QString csv = QStringLiteral("layer");
    for (const Numbers& column : columns_) csv += QLatin1Char(',') + QLatin1String(column.key);
    csv += QLatin1Char('\n');
    for (int row = 0; row < rowCount(); ++row) {
        csv += layer(row);
        for (int column = kLayer + 1; column < columnCount(); ++column) {
            const double value = number(row, column);
            csv += QLatin1Char(',') + (std::isnan(value) ? QString() : QLocale::c().toString(value, 'g', 17));
        }
        csv += QLatin1Char('\n');
    }
    return csv;
}

}  // namespace salient
