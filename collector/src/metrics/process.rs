//! The process as the system sees it; names are those of every Prometheus client.

use procfs::{
    WithCurrentSystemInfo,
    process::{LimitValue, Process},
};

use super::family::{Family, Kind};

/// What the system says; nothing where it says nothing.
pub(super) fn families() -> Vec<Family> {
    read().unwrap_or_else(|error| {
        tracing::debug!(%error, "the process cannot be looked at");
        Vec::new()
    })
}

fn read() -> procfs::ProcResult<Vec<Family>> {
    let process = Process::myself()?;
    let stat = process.stat()?;
    #[expect(clippy::cast_precision_loss, reason = "ticks of a process's life")]
    let ticks = |ticks: u64| ticks as f64 / procfs::ticks_per_second() as f64;
    #[expect(clippy::cast_precision_loss, reason = "a moment in seconds")]
    let booted = procfs::boot_time_secs()? as f64;
    let mut cpu = Family::new("process_cpu", "Processor time taken", Kind::Counter).seconds();
    cpu.add_real(&[], ticks(stat.utime + stat.stime));
    let mut start = Family::new(
        "process_start_time",
        "When it began, Unix time",
        Kind::Gauge,
    );
    start = start.seconds();
    start.add_real(&[], booted + ticks(stat.starttime));
    let fds = process.fd_count()?;
    let mut families = vec![
        cpu,
        start,
        Family::new("process_resident_memory", "Memory in use", Kind::Gauge)
            .bytes()
            .of(stat.rss_bytes().get()),
        Family::new("process_virtual_memory", "Memory mapped", Kind::Gauge)
            .bytes()
            .of(stat.vsize),
        Family::new("process_open_fds", "Open file descriptors", Kind::Gauge).of(fds as u64),
        Family::new("process_threads", "Threads", Kind::Gauge)
            .of(u64::try_from(stat.num_threads).unwrap_or_default()),
    ];
    if let LimitValue::Value(most) = process.limits()?.max_open_files.soft_limit {
        let family = Family::new(
            "process_max_fds",
            "File descriptors that may be open",
            Kind::Gauge,
        );
        families.push(family.of(most));
    }
    Ok(families)
}
