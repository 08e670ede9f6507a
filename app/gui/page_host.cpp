#include "app/gui/page_host.h"

#include <QAction>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>
#include <utility>

#include "app/gui/page_scroller.h"

namespace salient {

namespace {
constexpr QSize kSmallest{640, 480};  // of a page that was not shown yet
}

PageHost::PageHost(PageScroller* page, const QString& title, QWidget* parent)
    : QWidget(parent), page_(page), title_(title), layout_(new QVBoxLayout(this)), note_(new QWidget(this)) {
    auto* sentence = new QLabel(tr("%1 is open in a window of its own.").arg(title), note_);
    sentence->setAlignment(Qt::AlignCenter);
    sentence->setWordWrap(true);
    auto* show_window = new QPushButton(tr("Show its window"), note_);
    show_window->setToolTip(tr("Bring the window with this view to the front"));
    auto* back = new QPushButton(tr("Bring it back"), note_);
    back->setToolTip(tr("Close that window and show the view here"));
    back->setDefault(true);
    auto* buttons = new QHBoxLayout;
    buttons->addStretch();
    buttons->addWidget(show_window);
    buttons->addWidget(back);
    buttons->addStretch();
    auto* note_layout = new QVBoxLayout(note_);
    note_layout->addStretch(2);
    note_layout->addWidget(sentence);
    note_layout->addSpacing(12);
    note_layout->addLayout(buttons);
    note_layout->addStretch(3);
    note_->hide();
    layout_->setContentsMargins(0, 0, 0, 0);
    layout_->addWidget(page_);
    layout_->addWidget(note_);
    connect(show_window, &QPushButton::clicked, this, &PageHost::raiseOwnWindow);
    connect(back, &QPushButton::clicked, this, &PageHost::attach);
}

void PageHost::detach(const QList<QAction*>& actions, const QByteArray& geometry) {
    if (isDetached()) return;
    attach();
    // A child of the window, so that whoever asks that for its views finds these, too.
    own_window_ = new QWidget(window(), Qt::Window);
    own_window_->setAttribute(Qt::WA_QuitOnClose, false);
    own_window_->addActions(actions);
    own_window_->resize(page_->size().expandedTo(kSmallest));
    auto* layout = new QVBoxLayout(own_window_);
    layout->setContentsMargins(0, 0, 0, 0);
    layout_->removeWidget(page_);
    layout->addWidget(page_);
    page_->show();
    note_->show();
    connect(window(), &QWidget::windowTitleChanged, own_window_, [this] { showTitle(); });
    showTitle();
    if (!geometry.isEmpty()) own_window_->restoreGeometry(geometry);  // on a screen, whatever it says
    own_window_->installEventFilter(this);
    own_window_->show();
    emit moved();
}

void PageHost::lend(QBoxLayout& layout) {
    if (lent_to_ == &layout) return;
    attach();
    layout_->removeWidget(page_);
    layout.addWidget(page_, 1);
    page_->show();
    lent_to_ = &layout;
    emit moved();
}

void PageHost::attach() {
    if (QBoxLayout* lender = std::exchange(lent_to_, nullptr)) {
        lender->removeWidget(page_);
        layout_->insertWidget(0, page_);
        page_->show();
        emit moved();
    }
    if (!isDetached()) return;
    QWidget* own = std::exchange(own_window_, nullptr);
    own->removeEventFilter(this);
    own->layout()->removeWidget(page_);
    layout_->insertWidget(0, page_);
    page_->show();
    note_->hide();
    own->hide();
    own->deleteLater();  // it may be in the middle of being closed
    emit moved();
}

void PageHost::raiseOwnWindow() {
    if (!isDetached()) return;
    own_window_->raise();
    own_window_->activateWindow();
}

void PageHost::showTitle() {
    if (isDetached()) own_window_->setWindowTitle(QStringLiteral("%1 — %2").arg(title_, window()->windowTitle()));
}

bool PageHost::eventFilter(QObject* watched, QEvent* event) {
    if (watched != own_window_) return QWidget::eventFilter(watched, event);
    if (event->type() == QEvent::Close) attach();
    if (event->type() == QEvent::Move || event->type() == QEvent::Resize) emit placed();
    return false;
}

}  // namespace salient
