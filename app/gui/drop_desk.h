#pragma once

#include <QObject>
#include <QPoint>
#include <QStringList>
#include <functional>
#include <map>

#include "app/gui/navigation.h"
#include "app/gui/session.h"
#include "app/gui/workflow.h"

namespace salient {

/// What can be made of something that was dropped.
enum class Dropped {
    Openable,  ///< a model, a session or a recipe, or nothing that is known: opening it says so
    Lessons,   ///< a folder of lessons
    Text,
};
[[nodiscard]] Dropped droppedKind(const QString& path);

/// Files and folders dropped on the window, any number at once: the first model, session or recipe is opened, the first folder of lessons
/// shown, and texts become the calibration or the evaluation text. Of a single text the page decides that it is dropped on: where figures
/// are made of it (Quantize, Compare, Evaluate) it is evaluated, elsewhere calibrated on. Two texts are one for each, by their names if
/// those tell. Texts that come with a model wait until it is open. What found no use is told, when it is known.
class DropDesk : public QObject {
    Q_OBJECT
public:
    /// `page_at`: the page at a place of the window.
    DropDesk(QWidget& window, Session& session, Workflow& workflow, std::function<Page(const QPoint&)> page_at);

    /// Takes what is dropped on that window, too, as dropped on the page that it is of; as long as it lives.
    void watch(QWidget& window, Page page);
    void take(const QStringList& paths, Page page);
    /// What the texts came with was not opened.
    void forget();

signals:
    /// Something was dropped: what is noted from here on is about it.
    void taken();
    void openWanted(const QString& path);
    void lessonsWanted(const QString& folder);
    void calibrationTextDropped(const QString& file);
    void noted(const QString& title, const QString& message);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    /// Of that page, whichever is shown by now.
    void useTexts(const QStringList& texts, Page page);
    void evaluateOn(const QString& file);
    void noteLeft();

    Session& session_;
    std::function<Page(const QPoint&)> page_at_;
    std::map<const QObject*, Page> own_windows_;  ///< of pages that have one
    QStringList waiting_;                         ///< texts, until the model they came with is open
    QStringList left_;                            ///< what is of no use beside it
    Page waiting_page_ = Page::Open;
};

}  // namespace salient
