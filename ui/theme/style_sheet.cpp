#include <utility>

#include "theme/theme.h"

namespace mantissa::ui {
namespace {

// @names are replaced by the scheme's colours. Widgets say what they are through dynamic properties: `role` on buttons
// and labels.
constexpr auto kSheet = R"qss(
QMainWindow, QDialog { background: @page; }
QMenuBar { background: @window; color: @text1; padding: 2px 6px; }
QMenuBar::item { padding: 4px 9px; border-radius: 4px; background: transparent; }
QMenuBar::item:selected { background: @accentFill; color: @text1; }
QMenu { background: @card; color: @text1; border: 1px solid @buttonLine; padding: 4px; }
QMenu::item { padding: 5px 26px 5px 24px; border-radius: 4px; }
QMenu::item:selected { background: @accentFill; }
QMenu::item:disabled { color: @text3; }
QMenu::separator { height: 1px; background: @cardLine; margin: 4px 6px; }
QStatusBar { background: @window; color: @text2; border-top: 1px solid @cardLine; font-size: 12px; }
QStatusBar::item { border: none; }
QStatusBar QLabel { color: @text2; font-size: 12px; }
QToolTip { background: @card; color: @text1; border: 1px solid @inputLine; padding: 4px 6px; }

QFrame[role="toolbar"] { background: @card; border: none; border-bottom: 1px solid @buttonLine; }
QFrame[role="rail"] { background: @card; border: none; border-right: 1px solid @cardLine; }
QFrame[role="foot"] { background: @window; border: none; border-top: 1px solid @cardLine; }
QFrame[role="card"] { background: @card; border: 1px solid @cardLine; border-radius: 6px; }
QFrame[role="cautionStrip"] { background: @cautionFill; border: 1px solid @cautionLine; border-radius: 6px; }
QFrame[role="infoStrip"] { background: @accentFill; border: 1px solid @accent; border-radius: 6px; }
QFrame[role="errorCard"] { background: @card; border: 1px solid @errorLine; border-left: 5px solid @errorText; border-radius: 6px; }
QFrame[role="line"] { background: @cardLine; border: none; }
QScrollArea { background: transparent; border: none; }
QScrollArea > QWidget > QWidget[role="page"] { background: @page; }

QLabel { color: @text1; background: transparent; }
QLabel[role="secondary"] { color: @text2; }
QLabel[role="caption"] { color: @text3; font-size: 12px; }
QLabel[role="cautionText"] { color: @cautionText; }
QLabel[role="errorText"] { color: @errorText; }

QPushButton, QToolButton[role="button"] {
  background: @card; color: @text1; border: 1px solid @buttonLine; border-radius: 4px; padding: 0 12px; min-height: 26px; }
QPushButton:hover, QToolButton[role="button"]:hover { border-color: @inputLine; background: @sunken; }
QPushButton:pressed, QToolButton[role="button"]:pressed { background: @accentFill; }
QPushButton:disabled, QToolButton[role="button"]:disabled { color: @text3; border-color: @cardLine; }
QPushButton:focus, QToolButton[role="button"]:focus { border: 2px solid @accent; padding: 0 11px; min-height: 24px; }
QPushButton[role="primary"] { background: @accent; color: @onAccent; border-color: @accent; font-weight: 600; }
QPushButton[role="primary"]:hover { background: @accent; border-color: @text1; }
QPushButton[role="primary"]:focus { border: 2px solid @text1; }
QPushButton[role="primary"]:disabled { background: @buttonLine; color: @card; border-color: @buttonLine; }
QPushButton[role="link"], QToolButton[role="link"] {
  background: transparent; border: 1px solid transparent; color: @accent; padding: 0 4px; min-height: 22px; }
QPushButton[role="link"]:hover, QToolButton[role="link"]:hover { text-decoration: underline; }
QPushButton[role="link"]:focus, QToolButton[role="link"]:focus { border: 2px solid @accent; padding: 0 3px; min-height: 20px; }
QPushButton[role="link"]::menu-indicator { image: none; width: 0; }
QPushButton[role="cautionLink"] { background: transparent; border: 1px solid transparent; color: @cautionText;
  text-decoration: underline; padding: 0 4px; min-height: 22px; }
QPushButton[role="cautionLink"]:focus { border: 2px solid @cautionText; padding: 0 3px; min-height: 20px; }
QPushButton[role="quick"] { padding: 0 7px; min-height: 22px; font-size: 12px; }
QPushButton[role="quick"]:focus { padding: 0 6px; min-height: 20px; }
QPushButton[role="quick"]:checked { background: @accentFill; color: @accent; border-color: @accent; font-weight: 600; }
QPushButton[small="true"] { min-height: 22px; padding: 0 8px; font-size: 12px; }
QPushButton[small="true"]:focus { min-height: 20px; padding: 0 7px; }
QToolButton[role="icon"] { background: transparent; border: 1px solid transparent; border-radius: 4px; min-width: 24px; min-height: 24px; }
QToolButton[role="icon"]:hover { background: @accentFill; }
QToolButton[role="icon"]:focus { border: 2px solid @accent; }
QToolButton[role="rail"] { background: transparent; color: @text2; border: none; border-left: 3px solid transparent;
  font-size: 12px; padding: 4px 0; }
QToolButton[role="rail"]:hover { background: @sunken; }
QToolButton[role="rail"]:checked { background: @accentFill; color: @accent; border-left: 3px solid @accent; font-weight: 600; }
QToolButton[role="rail"]:focus { border: 2px solid @accent; border-left: 3px solid @accent; }

QComboBox { background: @card; color: @text1; border: 1px solid @inputLine; border-radius: 4px; padding: 0 8px; min-height: 26px; }
QComboBox:hover { border-color: @text2; }
QComboBox:focus { border: 2px solid @accent; padding: 0 7px; min-height: 24px; }
QComboBox:disabled, QLineEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled { color: @text3; border-color: @cardLine; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox::down-arrow { image: url(:/mantissa/icons/arrow-down-@scheme.svg); width: 10px; height: 10px; }
QComboBox QAbstractItemView { background: @card; color: @text1; border: 1px solid @inputLine; outline: none;
  selection-background-color: @accentFill; selection-color: @text1; }
QComboBox[small="true"] { min-height: 22px; }
QComboBox[small="true"]:focus { min-height: 20px; }
QLineEdit, QSpinBox, QDoubleSpinBox { background: @card; color: @text1; border: 1px solid @inputLine; border-radius: 4px;
  padding: 0 7px; min-height: 26px; selection-background-color: @accent; selection-color: @onAccent; }
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus { border: 2px solid @accent; padding: 0 6px; min-height: 24px; }
QSpinBox, QDoubleSpinBox { padding-right: 20px; }
QSpinBox:focus, QDoubleSpinBox:focus { padding-right: 19px; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { subcontrol-origin: border; width: 18px; border: none; background: transparent; }
QAbstractSpinBox::up-button { subcontrol-position: top right; margin-top: 2px; }
QAbstractSpinBox::down-button { subcontrol-position: bottom right; margin-bottom: 2px; }
QAbstractSpinBox::up-arrow { image: url(:/mantissa/icons/arrow-up-@scheme.svg); width: 8px; height: 8px; }
QAbstractSpinBox::down-arrow { image: url(:/mantissa/icons/arrow-down-@scheme.svg); width: 8px; height: 8px; }
QLineEdit[invalid="true"] { border-color: @errorText; }
QCheckBox { color: @text1; spacing: 6px; background: transparent; min-height: 24px; }
QCheckBox::indicator { width: 14px; height: 14px; border: 1px solid @inputLine; border-radius: 3px; background: @card; }
QCheckBox::indicator:checked { background: @accent; border-color: @accent; image: url(:/mantissa/icons/check-@scheme.svg); }
QCheckBox::indicator:focus { border: 2px solid @accent; }
QCheckBox:disabled { color: @text3; }
QRadioButton { color: @text1; spacing: 6px; background: transparent; min-height: 22px; }
QRadioButton:disabled { color: @text3; }
QRadioButton::indicator { width: 14px; height: 14px; border: 1px solid @inputLine; border-radius: 8px; background: @card; }
QRadioButton::indicator:checked { border: 4px solid @accent; border-radius: 8px; width: 8px; height: 8px; background: @card; }
QRadioButton:focus { color: @accent; }
QRadioButton::indicator:focus { border-color: @accent; }
QPushButton[role="choice"] { text-align: left; padding: 0 8px; }
QPushButton[role="choice"]:focus { padding: 0 7px; }
QPushButton[role="choice"]:checked { background: @accentFill; border-color: @accent; color: @accent; font-weight: 600; }

QTableView, QTreeView, QListView { background: @card; color: @text1; border: none; gridline-color: @cardLine;
  alternate-background-color: @sunken; selection-background-color: @accentFill; selection-color: @text1; outline: none; }
QTableView:focus, QTreeView:focus, QListView:focus { border: 2px solid @accent; }
QHeaderView, QHeaderView::section { background: @card; color: @text2; border: none; font-size: 12px; }
QHeaderView::section { padding: 2px 6px; border-bottom: 1px solid @buttonLine; }
QHeaderView::section:vertical { border-bottom: 1px solid @cardLine; padding: 0 4px 0 0; }
QTableView[role="rows"]::item { border-bottom: 1px solid @cardLine; }
QTableCornerButton::section { background: @card; border: none; }
QTextBrowser, QPlainTextEdit { background: @card; color: @text1; border: 1px solid @cardLine; border-radius: 4px; }
QPlainTextEdit[role="number"] { background: transparent; border: 1px solid transparent; padding: 0; }
QPlainTextEdit[role="number"]:focus { border: 2px solid @accent; }
QProgressBar { background: @sunken; border: 1px solid @buttonLine; border-radius: 3px; text-align: center; color: @text1; }
QProgressBar::chunk { background: @accent; border-radius: 2px; }
QSlider::groove:horizontal { height: 4px; background: @buttonLine; border-radius: 2px; }
QSlider::sub-page:horizontal { background: @accent; border-radius: 2px; }
QSlider::handle:horizontal { width: 12px; height: 12px; margin: -6px 0; border: 2px solid @accent; border-radius: 8px; background: @card; }
QSlider::handle:horizontal:focus { background: @accent; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: @buttonLine; border-radius: 4px; min-height: 24px; min-width: 24px; margin: 1px; }
QScrollBar::handle:hover { background: @inputLine; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page { background: none; border: none; width: 0; height: 0; }
QAbstractScrollArea::corner { background: transparent; border: none; }
QSplitter::handle { background: transparent; }
)qss";

}  // namespace

QString styleSheet(const Tokens& t) {
    QString sheet = QString::fromUtf8(kSheet);
    const bool dark = t.card.lightness() < 128;
    // Longer names first: @accentFill before @accent.
    const std::pair<const char*, QColor> colors[]{{"@cautionText", t.cautionText},
                                                  {"@cautionFill", t.cautionFill},
                                                  {"@cautionLine", t.cautionLine},
                                                  {"@errorText", t.errorText},
                                                  {"@errorFill", t.errorFill},
                                                  {"@errorLine", t.errorLine},
                                                  {"@accentFill", t.accentFill},
                                                  {"@buttonLine", t.buttonLine},
                                                  {"@inputLine", t.inputLine},
                                                  {"@cardLine", t.cardLine},
                                                  {"@onAccent", t.onAccent},
                                                  {"@accent", t.accent},
                                                  {"@window", t.window},
                                                  {"@sunken", t.sunken},
                                                  {"@page", t.page},
                                                  {"@card", t.card},
                                                  {"@text1", t.text1},
                                                  {"@text2", t.text2},
                                                  {"@text3", t.text3}};
    for (const auto& [name, color] : colors) sheet.replace(QLatin1String(name), color.name());
    sheet.replace(QLatin1String("@scheme"), QLatin1String(dark ? "dark" : "light"));
    return sheet;
}

}  // namespace mantissa::ui
