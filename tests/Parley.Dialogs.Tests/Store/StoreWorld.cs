using System.Runtime.CompilerServices;
using System.Text;

namespace Parley.Dialogs.Tests;

/// <summary>A feed, dialogs that are a state and a text each, a store that fails as it is told, and the writer between them.</summary>
internal sealed class StoreWorld : IStoredDialogs
{
    private readonly Dictionary<uint, (DialogState State, string Text)> _dialogs = [];
    private readonly HashSet<uint> _gone = [];

    public StoreWorld(int capacity = 100, DialogStoreOptions? options = null, TimeProvider? time = null)
    {
        Feed = new DialogFeed();
        Writer = new DialogStoreWriter(
            Feed.Subscribe(
                new DialogFeedOptions
                {
                    IsDurable = true,
                    Capacity = capacity,
                    WithRecords = false,
                }
            ),
            Store,
            this,
            options,
            time,
            new StoreLog(Log)
        );
    }

    public DialogFeed Feed { get; }

    public FailingStore Store { get; } = new();

    public DialogStoreWriter Writer { get; }

    public LineLog Log { get; } = new();

    public List<uint> SavedIds { get; } = [];

    public string Stored => string.Join(' ', Store.Rows.Select(row => $"{row.Id.Id}:{row.State}"));

    public string Texts => string.Join(' ', Store.Rows.Select(row => $"{row.Id.Id}:{row.GetText(DialogColumn.CallerContact)}"));

    public string Truth => string.Join(' ', Answered.Select(pair => $"{pair.Key}:{pair.Value.State}"));

    public string TrueTexts =>
        string.Join(' ', Answered.Select(pair => $"{pair.Key}:{(pair.Value.Text.Length == 0 ? null : pair.Value.Text)}"));

    private IEnumerable<KeyValuePair<uint, (DialogState State, string Text)>> Answered =>
        _dialogs.Where(pair => pair.Value.State is DialogState.ConfirmedNoAck or DialogState.Confirmed).OrderBy(pair => pair.Key);

    public static DialogId Id(int dialog) => new(0, (uint)dialog);

    public static DialogRecord Row(int dialog, DialogState state, string text = "") =>
        new(Id(dialog), new DialogRecordTexts { CallId = "call"u8, CallerContact = Encoding.UTF8.GetBytes(text) }) { State = state };

    public static CallRecord Record(int dialog, int number = 0) =>
        new()
        {
            DialogId = Id(dialog),
            Start = DateTimeOffset.UnixEpoch,
            End = DateTimeOffset.UnixEpoch.AddSeconds(1),
            Number = number,
            CallId = $"call {dialog}",
            FromUri = "sip:a@a",
            ToUri = "sip:b@b",
        };

    public ValueTask<bool> FlushAsync() => Writer.FlushAsync(force: true);

    /// <summary>Until nothing is left to do; failures of the store are what the test made.</summary>
    public async Task FlushAllAsync()
    {
        while (await FlushAsync()) { }
    }

    public long Change(int dialog, DialogState state, string? text = null, bool withRecord = false)
    {
        (DialogState old, string known) = _dialogs.GetValueOrDefault((uint)dialog, (DialogState.None, ""));
        if (old >= DialogState.ConfirmedNoAck && state < DialogState.ConfirmedNoAck)
            state = DialogState.Confirmed; // neither an answered call nor one that is over becomes early again
        _dialogs[(uint)dialog] = (state, text ?? known);
        DialogChangeKind kind =
            state == DialogState.Deleted ? DialogChangeKind.Deleted
            : state == old ? DialogChangeKind.Updated
            : DialogChangeKind.StateChanged;
        if (state == DialogState.Deleted)
            _gone.Add((uint)dialog);
        else
            _gone.Remove((uint)dialog);
        return Feed.Publish(new DialogChange(kind, Id(dialog), old, state, null) { CallRecord = withRecord ? Record(dialog) : null });
    }

    public DialogState StateOf(int dialog) => _dialogs.GetValueOrDefault((uint)dialog).State;

    /// <summary>The dialog is over, and the feed does not have it yet.</summary>
    public void Hide(int dialog) => _dialogs[(uint)dialog] = (DialogState.Deleted, "");

    public IEnumerable<DialogId> All() => Answered.Select(pair => new DialogId(0, pair.Key));

    public DialogRecord? RecordOf(DialogId id) =>
        _dialogs.TryGetValue(id.Id, out (DialogState State, string Text) dialog)
        && dialog.State is DialogState.ConfirmedNoAck or DialogState.Confirmed
            ? Row((int)id.Id, dialog.State, dialog.Text)
            : null;

    public bool IsGone(DialogId id) => !_dialogs.ContainsKey(id.Id) || _gone.Contains(id.Id);

    public ulong HashOf(ReadOnlySpan<byte> texts) => SipHash(texts);

    public void Saved(DialogId id) => SavedIds.Add(id.Id);

    private static ulong SipHash(ReadOnlySpan<byte> texts) => Parley.Sip.SipRandom.FromSeed(1).Hash(texts);

    /// <summary>A store in memory that fails, stalls and refuses rows.</summary>
    internal sealed class FailingStore : IDialogStore
    {
        private readonly MemoryDialogStore _inner = new();

        /// <summary>So many writes fail.</summary>
        public int Failures { get; set; }

        /// <summary>Writes do not come back before this is completed; canceled writes fail, and are done all the same.</summary>
        public TaskCompletionSource? Stall { get; set; }

        /// <summary>A stalled write does what it is to do although it was given up.</summary>
        public bool WritesLate { get; set; }

        /// <summary>Rows that cannot be written.</summary>
        public HashSet<DialogId> Refused { get; } = [];

        /// <summary>The dialog whose call records cannot be written.</summary>
        public DialogId? RefusedRecord { get; set; }

        /// <summary>It says which row it refuses.</summary>
        public bool NamesRefused { get; set; }

        public List<DialogStoreBatch> Batches { get; } = [];

        public int Calls { get; private set; }

        public IReadOnlyList<DialogRecord> Rows => _inner.Rows;

        public IReadOnlyList<CallRecord> CallRecords => _inner.CallRecords;

        public IReadOnlyList<CallRecord> IntermediateRecords => _inner.IntermediateRecords;

        public IAsyncEnumerable<DialogRecord> LoadAsync(CancellationToken cancellation) => _inner.LoadAsync(cancellation);

        public async ValueTask WriteAsync(DialogStoreBatch batch, CancellationToken cancellation)
        {
            Calls++;
            if (Stall is { } stall)
            {
                if (WritesLate)
                    await stall.Task.ConfigureAwait(false);
                else
                    await stall.Task.WaitAsync(cancellation).ConfigureAwait(false);
            }

            Fail();
            foreach (DialogRecord row in batch.Rows)
            {
                if (Refused.Contains(row.Id))
                    throw NamesRefused ? new DialogRowException(row.Id, "too long") : new InvalidDataException("too long");
            }

            if (RefusedRecord is { } of && batch.CallRecords.Any(record => record.DialogId == of))
                throw new InvalidDataException("a value that no column takes");
            Batches.Add(batch);
            await _inner.WriteAsync(batch, cancellation).ConfigureAwait(false);
        }

        public ValueTask ReplaceAsync(IReadOnlyList<DialogRecord> all, CancellationToken cancellation)
        {
            Fail();
            return _inner.ReplaceAsync(all, cancellation);
        }

        private void Fail()
        {
            if (Failures <= 0)
                return;
            Failures--;
            throw new IOException("the disk is full");
        }
    }

    /// <summary>A journal in memory that fails as it is told, and can be handed to the next life.</summary>
    internal sealed class MemoryJournal : IJournal
    {
        private readonly List<byte[]> _entries = [];

        public int Failures { get; set; }

        /// <summary>It cannot be emptied.</summary>
        public bool KeepsAll { get; set; }

        public int Clears { get; private set; }

        public IReadOnlyList<byte[]> Entries => _entries;

        public long Length => _entries.Sum(static e => (long)e.Length);

        /// <summary>What a crash leaves.</summary>
        public MemoryJournal Copy()
        {
            var copy = new MemoryJournal();
            copy._entries.AddRange(_entries);
            return copy;
        }

        public ValueTask OpenAsync(CancellationToken cancellation) => ValueTask.CompletedTask;

        public ValueTask AppendAsync(IReadOnlyList<ReadOnlyMemory<byte>> entries, CancellationToken cancellation)
        {
            if (Failures > 0)
            {
                Failures--;
                throw new IOException("the journal's disk is full");
            }

            _entries.AddRange(entries.Select(static e => e.ToArray()));
            return ValueTask.CompletedTask;
        }

        public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
        {
            await Task.CompletedTask;
            foreach (byte[] entry in _entries.ToArray())
                yield return entry;
        }

        public ValueTask ClearAsync(CancellationToken cancellation)
        {
            if (KeepsAll)
                throw new IOException("the journal's disk is read-only");
            Clears++;
            _entries.Clear();
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
