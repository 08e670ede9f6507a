#include "app/gui/side_pane.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>

#include "widgets/icon.h"

namespace salient {

SidePane::SidePane(QWidget* parent) : QWidget(parent), title_(new QLabel(this)), page_(new QWidget(this)), room_(new QVBoxLayout(page_)) {
    QFont font = title_->font();
    font.setBold(true);
    title_->setFont(font);
    auto* header = new QHBoxLayout;
    header->setContentsMargins(20, 8, 12, 0);  // the title stands above the page's left edge
    header->setSpacing(4);
    header->addWidget(title_, 1);
    const auto add = [&](const QString& picture, const QString& text) {
        auto* button = new QToolButton(this);
        button->setIcon(icon(picture));
        button->setAutoRaise(true);
        button->setToolTip(text);
        button->setAccessibleName(text);
        header->addWidget(button);
        return button;
    };
    connect(add(QStringLiteral("window"), tr("To a window of its own")), &QToolButton::clicked, this, &SidePane::ownWindowWanted);
    connect(add(QStringLiteral("close"), tr("Close the page beside")), &QToolButton::clicked, this, &SidePane::closeWanted);
    room_->setContentsMargins(0, 0, 0, 0);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(header);
    layout->addWidget(page_, 1);
}

void SidePane::setTitle(const QString& title) {
    title_->setText(title);
    setAccessibleName(tr("Beside: %1").arg(title));
}

}  // namespace salient
