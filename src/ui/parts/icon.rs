//! Small drawings for buttons. They mean nothing by themselves: the button has a name.

use yew::prelude::*;

/// A drawing of 20 by 20, in the colour of the text around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    Play,
    Pause,
    Step,
    StepBack,
    Next,
    Previous,
    Undo,
    StartOver,
    Share,
    Theme,
    Close,
    Lessons,
    Inspector,
    Ledger,
    Settings,
    Terminal,
    Log,
    Charts,
    Why,
    Lab,
    Chevron,
}

impl Icon {
    const fn path(self) -> &'static str {
        match self {
            Self::Play => "M6 4.2v11.6L15.5 10z",
            Self::Pause => "M5.5 4.5h3v11h-3zM11.5 4.5h3v11h-3z",
            Self::Step => "M5 4.8v10.4l7-5.2zM13.6 4.8h1.9v10.4h-1.9z",
            Self::StepBack => "M15 4.8v10.4l-7-5.2zM4.5 4.8h1.9v10.4H4.5z",
            Self::Next => "M4 5l5 5-5 5M10 5l5 5-5 5",
            Self::Previous => "M16 5l-5 5 5 5M10 5l-5 5 5 5",
            Self::Undo => "M7 4L3.5 7.5 7 11M4 7.5h7.5a4.5 4.5 0 0 1 0 9H8",
            Self::StartOver => "M4 10a6 6 0 1 0 1.8-4.3M5.5 2.5v3.6h3.6",
            Self::Share => {
                "M8.5 11.5a3 3 0 0 0 4.2 0l3-3a3 3 0 0 0-4.2-4.2l-1 1M11.5 8.5a3 3 0 0 0-4.2 0l-3 3a3 3 0 0 0 4.2 4.2l1-1"
            }
            Self::Theme => "M10 3a7 7 0 1 0 0 14zM10 3a7 7 0 1 1 0 14",
            Self::Close => "M5 5l10 10M15 5L5 15",
            Self::Lessons => {
                "M10 5.5C8 4 5.5 3.8 3 4v11.5c2.5-.2 5 0 7 1.5 2-1.5 4.5-1.7 7-1.5V4c-2.5-.2-5 0-7 1.5zM10 5.5V17"
            }
            Self::Inspector => "M9 3.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM13 13l4 4",
            Self::Ledger => "M5 3h10v14l-2-1.4-1.6 1.4-1.4-1.4-1.4 1.4L7 15.6 5 17zM7.5 7h5M7.5 10h5",
            Self::Settings => {
                "M4 6h7M15 6h1M4 14h1M9 14h7M13 4.2a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.6zM7 12.2a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.6z"
            }
            Self::Terminal => "M3 4h14v12H3zM6 8l2.5 2L6 12M10 12.5h4",
            Self::Log => "M4 5h1M8 5h8M4 10h1M8 10h8M4 15h1M8 15h8",
            Self::Charts => "M3 3v14h14M6 13l3.5-4.5 3 2.5L17 5",
            Self::Why => "M7 7.2a3 3 0 1 1 4.4 2.7c-.9.5-1.4 1-1.4 2.1M10 15.2v.4",
            Self::Lab => "M5 3.5v13M5 8c0 3 9 1 9 5v3.5M11.5 14l2.5 2.5 2.5-2.5M2.5 14L5 16.5 7.5 14",
            Self::Chevron => "M6 8l4 4 4-4",
        }
    }
    /// Whether it is filled rather than drawn in lines.
    const fn is_solid(self) -> bool {
        matches!(self, Self::Play | Self::Pause | Self::Step | Self::StepBack)
    }
}

/// The drawing.
pub fn icon(icon: Icon) -> Html {
    let class = if icon.is_solid() { "icon is-solid" } else { "icon" };
    html! {
        <svg {class} width="20" height="20" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
            <path d={icon.path()}/>
            if icon == Icon::Theme { <path class="icon-half" d="M10 3a7 7 0 0 1 0 14z"/> }
        </svg>
    }
}
