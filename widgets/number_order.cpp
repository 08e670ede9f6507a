#include "widgets/number_order.h"

#include <cmath>

namespace salient {

namespace {

bool isUnknown(const QVariant& value) { return !value.isValid() || (value.typeId() == QMetaType::Double && std::isnan(value.toDouble())); }

}  // namespace

bool NumberOrder::lessThan(const QModelIndex& left, const QModelIndex& right) const {
    const bool is_left_unknown = isUnknown(left.data(sortRole()));
    const bool is_right_unknown = isUnknown(right.data(sortRole()));
    // For a descending order Qt asks with the two exchanged.
    if (is_left_unknown != is_right_unknown) return sortOrder() == Qt::AscendingOrder ? is_right_unknown : is_left_unknown;
    return !is_left_unknown && QSortFilterProxyModel::lessThan(left, right);
}

}  // namespace salient
