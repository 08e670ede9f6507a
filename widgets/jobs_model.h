#pragma once

#include <QAbstractTableModel>
#include <vector>

#include "widgets/job_record.h"

namespace salient {

/// Running and finished jobs, newest first. A job whose result has warnings carries a badge that says how many, and what they are.
class JobsModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Title, State, Progress, Rate, Time, Message, ColumnCount };
    static constexpr int kFractionRole = Qt::UserRole;  ///< 0 … 1, −1 while unknown

    explicit JobsModel(QObject* parent = nullptr);
    /// Adds the job, or updates it when its id is known.
    void setRecord(const JobRecord& record);
    void removeFinished();
    [[nodiscard]] const JobRecord& record(int row) const { return records_.at(static_cast<std::size_t>(row)); }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    std::vector<JobRecord> records_;
};

/// The state as a word.
[[nodiscard]] QString stateText(JobRecord::State state);

}  // namespace salient
