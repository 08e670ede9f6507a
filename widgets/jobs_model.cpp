#include "widgets/jobs_model.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>

#include "widgets/icon.h"
#include "widgets/number_text.h"
#include "widgets/plain_text.h"
#include "widgets/rate_text.h"
#include "widgets/stage_text.h"

namespace salient {

QString stateText(JobRecord::State state) {
    switch (state) {
        case JobRecord::State::Queued:
            return JobsModel::tr("Waiting");
        case JobRecord::State::Running:
            return JobsModel::tr("Running");
        case JobRecord::State::Paused:
            return JobsModel::tr("Paused");
        case JobRecord::State::Done:
            return JobsModel::tr("Done");
        case JobRecord::State::Cancelled:
            return JobsModel::tr("Cancelled");
        case JobRecord::State::Failed:
            return JobsModel::tr("Failed");
    }
    return {};
}

JobsModel::JobsModel(QObject* parent) : QAbstractTableModel(parent) {}

void JobsModel::setRecord(const JobRecord& record) {
    const auto known = std::find_if(records_.begin(), records_.end(), [&](const JobRecord& r) { return r.id == record.id; });
    if (known == records_.end()) {
        beginInsertRows({}, 0, 0);
        records_.insert(records_.begin(), record);
        endInsertRows();
        return;
    }
    *known = record;
    const int row = static_cast<int>(known - records_.begin());
    emit dataChanged(index(row, 0), index(row, ColumnCount - 1));
}

void JobsModel::removeFinished() {
    beginResetModel();
    std::erase_if(records_, [](const JobRecord& r) { return r.isOver(); });
    endResetModel();
}

int JobsModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : static_cast<int>(records_.size()); }

int JobsModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

QVariant JobsModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) return {};
    const JobRecord& job = record(index.row());
    if (role == kFractionRole) return job.state == JobRecord::State::Done ? 1.0 : job.fraction();
    if (role == Qt::ToolTipRole) {
        if (!job.message.isEmpty()) return plainTip(job.message);
        return plainTip(job.warnings.isEmpty() ? job.title : job.warnings.join(QLatin1Char('\n')));
    }
    if (role == Qt::DecorationRole && index.column() == State) {
        if (job.state == JobRecord::State::Failed) return QVariant::fromValue(statusIcon(QStringLiteral("error")));
        return job.warnings.isEmpty() ? QVariant() : QVariant::fromValue(statusIcon(QStringLiteral("warning")));
    }
    const bool is_number = index.column() == Rate || index.column() == Time;
    if (role == Qt::TextAlignmentRole && is_number) return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole) return {};
    switch (index.column()) {
        case Title:
            return job.title;
        case State:
            return stateText(job.state);
        case Progress:
            return job.fraction() >= 0.0 && !job.isOver() ? QStringLiteral("%1 %").arg(std::floor(100.0 * job.fraction())) : QString();
        case Rate:
            return rateText(job.stage, job.per_second);
        case Time:
            if (job.state == JobRecord::State::Queued) return QString();
            return job.seconds_left >= 0 ? tr("%1, %2 left").arg(durationText(job.elapsed_seconds), durationText(job.seconds_left))
                                         : durationText(job.elapsed_seconds);
        case Message:
            if (!job.warnings.isEmpty() && job.message.isEmpty())
                return tr("%n warning(s): %1", nullptr, static_cast<int>(job.warnings.size())).arg(job.warnings.join(QStringLiteral("; ")));
            if (job.isOver()) return job.message;
            return job.detail.isEmpty() ? stageText(job.stage) : QStringLiteral("%1: %2").arg(stageText(job.stage), detailText(job.detail));
        default:
            return {};
    }
}

QVariant JobsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    const bool is_number = section == Rate || section == Time;
    if (role == Qt::TextAlignmentRole) return QVariant((is_number ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole) return {};
    switch (section) {
        case Title:
            return tr("Job");
        case State:
            return tr("State");
        case Progress:
            return tr("Progress");
        case Rate:
            return tr("Rate");
        case Time:
            return tr("Time");
        case Message:
            return tr("What");
        default:
            return {};
    }
}

}  // namespace salient
