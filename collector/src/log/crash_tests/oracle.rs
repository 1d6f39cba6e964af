//! What has to hold after any crash.

use super::{
    super::sim::{Loss, SimDisk},
    world::{Batch, Opened, World, erased, open},
};

/// How the process ended.
#[derive(Debug, Clone, Copy)]
pub(super) enum End {
    /// It was killed; the machine runs on.
    Kill,
    /// The power went.
    Power(Loss),
}

impl End {
    pub(super) fn leaves(self, disk: &SimDisk) -> SimDisk {
        match self {
            Self::Kill => disk.after_kill(),
            Self::Power(loss) => disk.after(loss),
        }
    }

    /// How many of the store's transactions are left.
    fn commits(self, world: &World) -> usize {
        let (synced, all) = (world.stored.synced, world.stored.commits.len());
        match self {
            Self::Kill | Self::Power(Loss::Nothing) => all,
            Self::Power(Loss::Everything | Loss::Torn(_)) => synced,
            Self::Power(Loss::Chance(seed)) => fastrand::Rng::with_seed(seed).usize(synced..=all),
        }
    }

    /// Whether unsynced bytes may be lost from between others that are kept: nobody can
    /// tell that from damage.
    fn makes_holes(self) -> bool {
        matches!(self, Self::Power(Loss::Chance(_)))
    }
}

/// Starts again after `world` ended like this, also when that start ends in the middle,
/// and says what is wrong with what is found.
pub(super) fn check(world: &World, end: End) -> Result<(), String> {
    let disk = end.leaves(&world.disk);
    let commits = end.commits(world);
    let (position, rows) = world.stored.at(commits);
    let in_the_middle = disk.after_kill();
    let started = |disk: &SimDisk| open(disk, position).map_err(|error| error.to_string());
    let opened = started(&disk)?;
    let recovered = opened.recovered.clone();
    let has_holes = end.makes_holes();
    sound(world, has_holes, &disk, opened, &rows)?;

    // What a start found is there for the next one, even if the power goes right after.
    let again = started(&disk.after(Loss::Everything))?;
    if again
        .recovered
        .iter()
        .ne(recovered.iter().chain(["last".to_owned()].iter()))
    {
        return Err(format!(
            "a second start found {:?}, the first {recovered:?}",
            again.recovered
        ));
    }
    if matches!(end, End::Power(Loss::Everything | Loss::Torn(_))) {
        // Such a start has nothing to put right.
        return Ok(());
    }
    let steps = disk.operations().iter().position(|step| *step == "create");
    for cut in 1..=steps.unwrap_or_default() {
        let disk = in_the_middle.after_kill();
        disk.power_goes_after(cut);
        if open(&disk, position).is_ok() {
            return Err(format!(
                "a start did not notice that operation {cut} failed"
            ));
        }
        for loss in [Loss::Everything, Loss::Nothing, Loss::Chance(cut as u64)] {
            let left = disk.after(loss);
            let opened = started(&left)?;
            let has_holes = has_holes || matches!(loss, Loss::Chance(_));
            sound(world, has_holes, &left, opened, &rows)
                .map_err(|error| format!("after {cut} operations of a start, {loss:?}: {error}"))?;
        }
    }
    Ok(())
}

/// Everything acknowledged is there once, in order and as it should be; nothing else is;
/// and the log goes on.
fn sound(
    world: &World,
    has_holes: bool,
    disk: &SimDisk,
    mut opened: Opened,
    rows: &[String],
) -> Result<(), String> {
    let recovery = &opened.recovery;
    let is_damaged = recovery.damaged_bytes > 0 || !recovery.damage.is_empty();
    if is_damaged && !has_holes {
        return Err(format!("a crash was taken for damage: {recovery:?}"));
    }
    let mut read = Vec::new();
    while let Some(texts) = opened.next() {
        read.extend(texts);
    }
    if read != opened.recovered {
        return Err(format!(
            "recovery saw {:?}, the reader {read:?}",
            opened.recovered
        ));
    }
    let mut all: Vec<(bool, &String)> = rows.iter().map(|row| (true, row)).collect();
    all.extend(read.iter().map(|row| (false, row)));
    conserved(&world.sent, &all)?;
    let names = disk.names();
    if let Some(name) = world.deleted.iter().find(|name| names.contains(name)) {
        return Err(format!("{name} was deleted and is back"));
    }
    if let Some(name) = names.iter().find(|name| !name.ends_with(".seg")) {
        return Err(format!("{name} is left"));
    }
    if opened.append(&["last".to_owned()]) != [Ok(())] {
        return Err("nothing can be written any more".to_owned());
    }
    match opened.next() {
        Some(texts) if texts == ["last"] => Ok(()),
        other => Err(format!("what was written then is read as {other:?}")),
    }
}

/// `found` are the store's rows and then the log's.
fn conserved(sent: &[Batch], found: &[(bool, &String)]) -> Result<(), String> {
    let mut missing = sent.iter().enumerate();
    for (is_stored, text) in found {
        let number: usize = text[..6].parse().map_err(|_| format!("invented: {text}"))?;
        for (skipped, batch) in missing.by_ref() {
            if skipped == number {
                let whole = **text == batch.text && (*is_stored || !batch.is_erased);
                let gone = batch.may_be_erased && **text == erased(&batch.text);
                if whole || gone {
                    break;
                }
                return Err(format!("{batch:?} is {text:?}"));
            }
            if batch.is_acknowledged {
                return Err(format!("{batch:?} is lost, twice there or out of order"));
            }
        }
    }
    missing
        .find(|(_, batch)| batch.is_acknowledged)
        .map_or(Ok(()), |(_, batch)| Err(format!("{batch:?} is lost")))
}
