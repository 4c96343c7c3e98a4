#include "formats/neighbour_table.h"

#include <QClipboard>
#include <QGridLayout>
#include <QGuiApplication>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <cmath>

#include "formats/formats_session.h"
#include "number_text.h"
#include "theme/theme.h"
#include "widgets/card.h"
#include "widgets/elided_label.h"

namespace mantissa::ui {
namespace {

constexpr int kLineHeight = 22;

/// The distance to a neighbour: "2⁻¹¹", or decimal where it is no power of two.
QString gapTextOf(double from, double to) {
    const double gap = std::abs(to - from);
    if (gap == 0) return QStringLiteral("—");
    if (!std::isfinite(gap)) return QStringLiteral("∞");
    const QString power = powerOfTwoText(gap);
    return gap >= 1 && gap <= 1024 ? compactText(gap) : power.isEmpty() ? compactText(gap) : power;
}

}  // namespace

NeighbourTable::NeighbourTable(FormatsSession& formats, QWidget* parent) : QWidget(parent), formats_(formats) {
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(6, 0, 0, 0);
    grid->setHorizontalSpacing(10);
    grid->setVerticalSpacing(0);
    grid->setColumnStretch(1, 1);
    int column = 0;
    for (const auto& title : {tr("Neighbours"), tr("Exact decimal value"), tr("Gap"), tr("Hex")}) {
        auto* label = roleLabel(title, "caption", this);
        label->setAlignment((column == 0 ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
        grid->addWidget(label, 0, column++);
    }
    const QString names[]{tr("Next up"), tr("This value"), tr("Next down")};
    const QString actions[]{tr("Go ↑"), tr("Copy"), tr("Go ↓")};
    for (int row = 0; row < 3; ++row) {
        Line& line = lines_[static_cast<std::size_t>(row)];
        line.name = roleLabel(names[row], "", this);
        auto* value = new ElidedLabel(Qt::ElideRight, this);
        value->setTextFormat(Qt::PlainText);
        line.value = value;
        line.gap = roleLabel({}, "secondary", this);
        line.hex = roleLabel({}, "", this);
        line.button = linkButton(actions[row], this);
        line.button->setFixedHeight(kLineHeight);
        const bool middle = row == 1;
        line.name->setFont(
            themeFont(FontRole::words, kSecondaryPixels, middle ? FontWeight::semibold : FontWeight::regular));
        for (auto* number : {line.value, line.gap, line.hex}) {
            number->setFont(
                themeFont(FontRole::numbers, kSecondaryPixels, middle ? FontWeight::semibold : FontWeight::regular));
            number->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
        }
        grid->addWidget(line.name, row + 1, 0);
        grid->addWidget(line.value, row + 1, 1);
        grid->addWidget(line.gap, row + 1, 2);
        grid->addWidget(line.hex, row + 1, 3);
        grid->addWidget(line.button, row + 1, 4, Qt::AlignRight);
        grid->setRowMinimumHeight(row + 1, kLineHeight);
    }
    upButton()->setAccessibleName(tr("Go to the next value up"));
    downButton()->setAccessibleName(tr("Go to the next value down"));
    copyButton()->setAccessibleName(tr("Copy the exact decimal value"));
    connect(upButton(), &QPushButton::clicked, this, [this] { formats_.step(formats_.state().selected, 1); });
    connect(downButton(), &QPushButton::clicked, this, [this] { formats_.step(formats_.state().selected, -1); });
    connect(copyButton(), &QPushButton::clicked, this, [this] {
        QGuiApplication::clipboard()->setText(
            QString::fromStdString(exactDecimalText(formats_.selected().stored.value)));
    });
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void NeighbourTable::setEntry(const FormatEntry& entry) {
    const Format& f = entry.format;
    const std::uint64_t here = entry.stored.code;
    const std::uint64_t codes[]{nextUp(f, here), here, nextDown(f, here)};
    for (std::size_t i = 0; i < lines_.size(); ++i) {
        const bool none = i != 1 && codes[i] == here;
        const double value = codeValue(entry, codes[i]);
        lines_[i].value->setText(none ? tr("none") : exactText(value));
        lines_[i].hex->setText(none ? QString() : hexText(f, codes[i]));
        lines_[i].gap->setText(none || i == 1 ? QString() : gapTextOf(entry.stored.value, value));
        if (i != 1) lines_[i].button->setEnabled(!none);
    }
}

QString NeighbourTable::valueText(std::size_t line) const { return lines_.at(line).value->text(); }
QString NeighbourTable::gapText(std::size_t line) const { return lines_.at(line).gap->text(); }

void NeighbourTable::paintEvent(QPaintEvent*) {
    const Tokens& t = Theme::instance().tokens();
    QPainter painter(this);
    const QRect middle(0, lines_[1].button->y(), width(), kLineHeight);
    painter.fillRect(middle, t.accentFill);
    painter.setPen(t.cardLine);
    for (const auto& line : lines_) painter.drawLine(0, line.button->y() - 1, width(), line.button->y() - 1);
}

}  // namespace mantissa::ui
