#include "app/gui/drop_desk.h"

#include <QDir>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QFileInfo>
#include <QMimeData>
#include <QRegularExpression>
#include <QUrl>
#include <QWidget>
#include <utility>

#include "app/gui/lesson_library.h"

namespace salient {

namespace {

QStringList localPaths(const QMimeData& data) {
    QStringList paths;
    for (const QUrl& url : data.urls()) {
        if (url.isLocalFile()) paths << url.toLocalFile();
    }
    return paths;
}

bool isForEvaluation(Page page) { return page == Page::Quantize || page == Page::Compare || page == Page::Evaluate; }

bool isNamedForEvaluation(const QString& file) {
    static const QRegularExpression kName(QStringLiteral("eval|test|valid"), QRegularExpression::CaseInsensitiveOption);
    return kName.match(QFileInfo(file).fileName()).hasMatch();
}

QString namesOf(const QStringList& paths) {
    QStringList names;
    for (const QString& path : paths) names << QFileInfo(path).fileName();
    return names.join(QStringLiteral(", "));
}

}  // namespace

Dropped droppedKind(const QString& path) {
    const QFileInfo info(path);
    const QString suffix = info.suffix().toLower();
    if (info.isFile()) return suffix == QLatin1String("txt") || suffix == QLatin1String("jsonl") ? Dropped::Text : Dropped::Openable;
    const QStringList of_a_model{QStringLiteral("config.json"), QStringLiteral("session.json"), QStringLiteral("*.gguf")};
    const bool is_model = !info.isDir() || !QDir(path).entryList(of_a_model, QDir::Files).isEmpty();
    return is_model || lessonsIn(path).empty() ? Dropped::Openable : Dropped::Lessons;
}

DropDesk::DropDesk(QWidget& window, Session& session, Workflow& workflow, std::function<Page(const QPoint&)> page_at)
    : QObject(&window), session_(session), page_at_(std::move(page_at)) {
    window.installEventFilter(this);
    // Queued: the window is done with the new model then.
    connect(
        &workflow, &Workflow::opened, this,
        [this] {
            useTexts(std::exchange(waiting_, {}), waiting_page_);
            noteLeft();
        },
        Qt::QueuedConnection);
    connect(&workflow, &Workflow::notOpened, this, &DropDesk::forget);
}

void DropDesk::watch(QWidget& window, Page page) {
    const bool is_new = own_windows_.insert_or_assign(&window, page).second;
    if (!is_new) return;
    window.setAcceptDrops(true);
    window.installEventFilter(this);
    connect(&window, &QObject::destroyed, this, [this](const QObject* gone) { own_windows_.erase(gone); });
}

bool DropDesk::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::DragEnter) {
        auto* drag = static_cast<QDragEnterEvent*>(event);
        if (!localPaths(*drag->mimeData()).isEmpty()) drag->acceptProposedAction();
        return true;
    }
    if (event->type() == QEvent::Drop) {
        auto* drop = static_cast<QDropEvent*>(event);
        drop->acceptProposedAction();
        const auto own = own_windows_.find(watched);
        take(localPaths(*drop->mimeData()), own != own_windows_.end() ? own->second : page_at_(drop->position().toPoint()));
        return true;
    }
    return QObject::eventFilter(watched, event);
}

void DropDesk::take(const QStringList& paths, Page page) {
    emit taken();
    forget();  // what an earlier drop still waits for
    QString to_open;
    QString lessons;
    QStringList texts;
    for (const QString& path : paths) {
        const Dropped kind = droppedKind(path);
        if (kind == Dropped::Text) {
            texts << path;
        } else if (QString& place = kind == Dropped::Lessons ? lessons : to_open; place.isEmpty()) {
            place = path;
        } else {
            left_ << path;
        }
    }
    if (!lessons.isEmpty()) emit lessonsWanted(lessons);
    if (!to_open.isEmpty()) {
        waiting_ = texts;
        waiting_page_ = page;
        emit openWanted(to_open);
    } else {
        useTexts(texts, page);
        noteLeft();
    }
}

void DropDesk::forget() {
    const QStringList unused = std::exchange(waiting_, {});
    if (!unused.isEmpty()) emit noted({}, tr("Not used: %1").arg(namesOf(unused)));
    noteLeft();
}

void DropDesk::noteLeft() {
    const QStringList left = std::exchange(left_, {});
    if (!left.isEmpty())
        emit noted(tr("Not opened"),
                   tr("Only one model and one folder of lessons can be opened at a time. Left out: %1").arg(namesOf(left)));
}

void DropDesk::useTexts(const QStringList& texts, Page page) {
    if (texts.isEmpty()) return;
    if (!session_.model()) {
        emit noted(tr("No model yet"), tr("A text is run through a model: open one first, or drop it together with the text."));
        return;
    }
    const bool is_for_evaluation = isForEvaluation(page);
    if (texts.size() == 1) {
        if (!is_for_evaluation) return emit calibrationTextDropped(texts.front());
        evaluateOn(texts.front());
        emit noted(
            tr("Evaluation text"),
            tr("%1 is what results are measured on now. Dropped on the Calibrate page, a text is calibrated on.").arg(namesOf(texts)));
        return;
    }
    const bool do_names_tell = isNamedForEvaluation(texts[0]) != isNamedForEvaluation(texts[1]);
    const bool is_first_evaluated = do_names_tell ? isNamedForEvaluation(texts[0]) : is_for_evaluation;
    const QString& calibrated = texts[is_first_evaluated ? 1 : 0];
    const QString& evaluated = texts[is_first_evaluated ? 0 : 1];
    evaluateOn(evaluated);
    emit calibrationTextDropped(calibrated);
    QString told = tr("%1 to calibrate on, %2 to evaluate on.").arg(namesOf({calibrated}), namesOf({evaluated}));
    if (texts.size() > 2) told += QLatin1Char(' ') + tr("Not used: %1").arg(namesOf(texts.mid(2)));
    emit noted(tr("Texts"), told);
}

void DropDesk::evaluateOn(const QString& file) {
    Recipe recipe = session_.recipe();
    recipe.evaluation_text = toPath(file);
    session_.editRecipe(recipe, tr("evaluation text"));
}

}  // namespace salient
