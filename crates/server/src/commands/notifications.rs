use crate::{
    commands::answer,
    config::{Settings, Sources},
    failure::Failure,
    wiring::notification_commands,
};
use library_notification_domain::{QueuedNotification, QueuedState};
use library_shared_domain::NotificationId;
use library_shared_infra::database::Database;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// Shows the queue, a line each.
pub async fn list_notifications() -> Result<(), Failure> {
    let (list, _) = notification_commands(&database().await?);
    let queued = list.execute().await?;
    if queued.is_empty() {
        return answer("nothing is queued");
    }
    queued.iter().try_for_each(|notification| answer(&line(notification)))
}

/// Has failed notifications sent after all.
pub async fn retry_notifications(id: Option<NotificationId>) -> Result<(), Failure> {
    let (_, retry) = notification_commands(&database().await?);
    let count = retry.execute(id).await?;
    answer(&format!("{count} failed notification(s) will be sent again"))
}

async fn database() -> Result<Database, Failure> {
    let database = Database::open(&Settings::load_database_url(&Sources::of_process()?)?)?;
    database.check_reachable().await?;
    Ok(database)
}

fn line(notification: &QueuedNotification) -> String {
    let (state, at) = match notification.state {
        QueuedState::Waiting { until } => ("waiting until", until),
        QueuedState::Failed { at } => ("failed at", at),
    };
    let error = notification.last_error.as_ref().map(|error| format!("; {error}")).unwrap_or_default();
    format!(
        "{} {} for member {}: queued at {}, {state} {}, {} attempt(s){error}",
        notification.id,
        notification.kind,
        notification.member_id,
        rfc3339(notification.queued_at),
        rfc3339(at),
        notification.attempts,
    )
}

fn rfc3339(time: OffsetDateTime) -> String {
    time.format(&Rfc3339).unwrap_or_else(|_| time.to_string())
}
