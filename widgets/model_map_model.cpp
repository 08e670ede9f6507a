#include "widgets/model_map_model.h"

#include <QColor>
#include <QLocale>
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "widgets/number_text.h"
#include "widgets/plain_text.h"
#include "widgets/value_text.h"

namespace salient {

ModelMapModel::ModelMapModel(QObject* parent) : QAbstractTableModel(parent) {}

void ModelMapModel::setModel(std::shared_ptr<const Model> model) {
    beginResetModel();
    model_ = std::move(model);
    metric_ = {};
    columns_.clear();
    cells_.clear();
    positions_.clear();
    if (model_) arrange();
    endResetModel();
}

void ModelMapModel::arrange() {
    // A column for each kind of layer, in the order of computation; of kinds that no block has together, those met first come first.
    std::map<LinearKey, int> column_of;
    for (const LinearInfo& linear : model_->linears) {
        const auto [column, is_new] = column_of.try_emplace(linear.key(), static_cast<int>(columns_.size()));
        if (is_new) {
            const QString name = QString::fromStdString(linear.name).section(QLatin1Char('.'), -1);
            columns_.push_back(linear.expert >= 0 ? QStringLiteral("%1.%2").arg(linear.expert).arg(name) : name);
        }
        positions_.emplace_back(linear.block, column->second);
    }
    cells_.assign(static_cast<std::size_t>(model_->config.n_blocks) * columns_.size(), -1);
    for (std::size_t i = 0; i < positions_.size(); ++i) {
        const auto [row, column] = positions_[i];
        cells_[static_cast<std::size_t>(row) * columns_.size() + static_cast<std::size_t>(column)] = static_cast<int>(i);
    }
}

void ModelMapModel::setMetric(LayerMetric metric) {
    metric_ = std::move(metric);
    low_ = std::numeric_limits<double>::infinity();
    high_ = -low_;
    for (const double value : metric_.values) {
        if (!std::isfinite(value) || (metric_.is_logarithmic && value <= 0.0)) continue;
        low_ = std::min(low_, value);
        high_ = std::max(high_, value);
    }
    if (low_ > high_) low_ = high_ = 0.0;
    if (rowCount() > 0) emit dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
}

void ModelMapModel::setFilter(const QRegularExpression& filter) {
    filter_ = filter;
    if (rowCount() > 0) emit dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
}

int ModelMapModel::linearAt(int row, int column) const {
    return cells_[static_cast<std::size_t>(row) * columns_.size() + static_cast<std::size_t>(column)];
}

QModelIndex ModelMapModel::cellOf(int linear) const {
    const auto [row, column] = positions_[static_cast<std::size_t>(linear)];
    return index(row, column);
}

double ModelMapModel::valueOf(int linear) const {
    const auto at = static_cast<std::size_t>(linear);
    return at < metric_.values.size() ? metric_.values[at] : std::numeric_limits<double>::quiet_NaN();
}

double ModelMapModel::position(double value) const {
    if (!std::isfinite(value) || (metric_.is_logarithmic && value <= 0.0)) return std::numeric_limits<double>::quiet_NaN();
    if (high_ <= low_) return 0.5;
    return metric_.is_logarithmic ? std::log(value / low_) / std::log(high_ / low_) : (value - low_) / (high_ - low_);
}

QString ModelMapModel::text(double value) const {
    if (metric_.unit == QLatin1String("%")) return percentText(value);
    if (metric_.unit == QLatin1String("weights")) return countText(static_cast<std::int64_t>(value));
    if (metric_.unit == QLatin1String("bits")) return fixedText(value, 2);
    return numberText(value, 3);
}

bool ModelMapModel::matches(int linear) const {
    if (filter_.pattern().isEmpty() || !filter_.isValid()) return true;
    return filter_.match(QString::fromStdString(model_->linears[static_cast<std::size_t>(linear)].name)).hasMatch();
}

int ModelMapModel::matchCount() const {
    int count = 0;
    for (int linear = 0; linear < static_cast<int>(positions_.size()); ++linear) count += matches(linear) ? 1 : 0;
    return count;
}

QModelIndex ModelMapModel::indexOf(const QString& layer) const {
    if (!model_) return {};
    const std::string wanted = layer.toStdString();
    for (std::size_t i = 0; i < model_->linears.size(); ++i) {
        if (model_->linears[i].name == wanted) return cellOf(static_cast<int>(i));
    }
    return {};
}

std::vector<QModelIndex> ModelMapModel::worst(int n) const {
    std::vector<int> linears;
    for (int linear = 0; linear < static_cast<int>(positions_.size()); ++linear) {
        if (matches(linear) && std::isfinite(valueOf(linear))) linears.push_back(linear);
    }
    std::stable_sort(linears.begin(), linears.end(), [this](int a, int b) { return valueOf(a) > valueOf(b); });
    std::vector<QModelIndex> cells;
    for (const int linear : linears) {
        if (static_cast<int>(cells.size()) == n) break;
        cells.push_back(cellOf(linear));
    }
    return cells;
}

QString ModelMapModel::toCsv() const {
    QString csv = QStringLiteral("block,layer,\"%1\"\n").arg(QString(metric_.name).replace(QLatin1Char('"'), QStringLiteral("\"\"")));
    for (int linear = 0; linear < static_cast<int>(positions_.size()); ++linear) {
        const LinearInfo& info = model_->linears[static_cast<std::size_t>(linear)];
        const double value = valueOf(linear);
        csv += QStringLiteral("%1,%2,").arg(info.block).arg(QString::fromStdString(info.name));
        if (std::isfinite(value)) csv += QLocale::c().toString(value, 'g', 17);
        csv += QLatin1Char('\n');
    }
    return csv;
}

int ModelMapModel::rowCount(const QModelIndex& parent) const { return parent.isValid() || !model_ ? 0 : model_->config.n_blocks; }

int ModelMapModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : static_cast<int>(columns_.size()); }

Qt::ItemFlags ModelMapModel::flags(const QModelIndex& index) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid) || linearAt(index.row(), index.column()) < 0) return Qt::NoItemFlags;
    return QAbstractTableModel::flags(index);
}

QVariant ModelMapModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) return {};
    const int linear = linearAt(index.row(), index.column());
    if (linear < 0) return {};
    const LinearInfo& info = model_->linears[static_cast<std::size_t>(linear)];
    const double value = valueOf(linear);
    switch (role) {
        case Qt::DisplayRole:
            return std::isfinite(value) ? text(value) : QString();
        case Qt::ToolTipRole:
            return plainTip(
                QStringLiteral("%1\n%2 × %3").arg(QString::fromStdString(info.name)).arg(info.out_features).arg(info.in_features) +
                (std::isfinite(value) ? QStringLiteral("\n%1: %2").arg(metric_.name, text(value)) : QString()));
        case Qt::TextAlignmentRole:
            return QVariant(Qt::AlignCenter);
        case kValueRole:
            return value;
        case kLayerRole:
            return QString::fromStdString(info.name);
        case kBlockRole:
            return info.block;
        case kMatchesRole:
            return matches(linear);
        case kRelativeRole:
            return position(value);
        case kColourRole: {
            const double at = position(value);
            return std::isfinite(at) ? QVariant(QColor::fromRgb(sequentialColour(at))) : QVariant();
        }
        default:
            return {};
    }
}

QVariant ModelMapModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (role != Qt::DisplayRole || !model_ || section < 0) return {};
    if (orientation == Qt::Vertical) return section < rowCount() ? QVariant(tr("Block %1").arg(section)) : QVariant();
    if (section >= columnCount()) return {};
    return columns_[static_cast<std::size_t>(section)];
}

}  // namespace salient
