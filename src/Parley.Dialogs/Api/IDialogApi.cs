using Parley.Hosting;
using Parley.Proxy;

namespace Parley.Dialogs;

/// <summary>
/// The dialog module's functions (the counterpart of <c>dlg_binds</c> of OpenSIPS), from the services of an application that called
/// <c>AddDialogs</c>. All members are safe from any thread; those that take a <see cref="SipContext"/> are for its hooks.
/// </summary>
[AddedBy(nameof(DialogServices.AddDialogs))]
public interface IDialogApi
{
    /// <summary>The dialog of the request or callback that runs on this thread; null when there is none. After an await ask <c>SipContext.Dialog</c>.</summary>
    Dialog? Current { get; }

    /// <summary>Statistics, named as in OpenSIPS (<c>active_dialogs</c> and so on).</summary>
    DialogStatistics Statistics { get; }

    /// <summary>The profiles defined.</summary>
    DialogProfileTable Profiles { get; }

    /// <summary>The change feed that stores, replication, events and pages read.</summary>
    DialogFeed Feed { get; }

    /// <summary>Registers a callback (<c>register_dlgcb</c>).</summary>
    /// <param name="dialog">The dialog; null for <see cref="DialogCallbackTypes.Loaded"/> and <see cref="DialogCallbackTypes.Created"/>, which stand alone.</param>
    /// <param name="types">One or more types.</param>
    /// <param name="callback">The handler. What it throws is logged, and the call goes on.</param>
    /// <param name="parameter">Given to the handler, which may replace it.</param>
    /// <param name="free">Called exactly once when the registration goes, with the parameter.</param>
    /// <returns>False when the dialog is over already.</returns>
    /// <exception cref="ArgumentException">Loaded or Created combined with another type or given a dialog; another type without a dialog.</exception>
    bool Register(
        Dialog? dialog,
        DialogCallbackTypes types,
        DialogCallback callback,
        object? parameter = null,
        Action<object?>? free = null
    );

    /// <summary>Tracks the call of this initial INVITE (<c>create_dlg</c>) and puts its id into the Record-Route.</summary>
    /// <param name="context">The request.</param>
    /// <param name="flags">How the dialog is kept; <see cref="DialogOptions.ByeOnTimeout"/> adds to it.</param>
    /// <returns>The request's dialog, also when it was created before (its flags stay as they are then); null for anything but an INVITE without To tag, and for an INVITE that is answered already.</returns>
    Dialog? CreateDialog(SipContext context, DialogFlags flags = DialogFlags.None);

    /// <summary>
    /// Finds the dialog of a request within one (<c>match_dialog</c>) and runs its part in the call; true also when it was matched before. Only dialogs in
    /// memory: while a store is still being loaded, <see cref="RelayInDialogAsync"/> waits for a look-up in it, and this does not.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="mode">Null: the mode of <see cref="DialogOptions"/>.</param>
    bool MatchDialog(SipContext context, DialogMatchMode? mode = null);

    /// <summary>Compares the request with what its dialog knows (<c>validate_dialog</c>): CSeq, remote target, route set. After <c>LooseRoute</c>.</summary>
    DialogValidation ValidateDialog(SipContext context);

    /// <summary>Gives the request the remote target and route set that its dialog knows (<c>fix_route_dialog</c>); false without a dialog.</summary>
    bool FixRouteDialog(SipContext context);

    /// <summary>
    /// The whole step for a request with a To tag: takes off the Routes (<c>LooseRoute</c>), finds the dialog, checks CSeq, source, remote target and
    /// route set, and relays, by the dialog's own target and routes where the request's are others (<see cref="DialogOptions.SequentialRouting"/>).
    /// Without a dialog here it passes only when a Route of ours proves that this proxy wrote it for this Call-ID and tag. What does not pass is
    /// answered (481; 500 for a stale CSeq; 403), an ACK dropped.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="isTrusted">The source may send requests anywhere through this proxy: without a dialog here its Routes are followed as they are.</param>
    /// <returns>As of <see cref="SipContext.RelayAsync"/>; false when the request did not pass.</returns>
    /// <exception cref="ArgumentException">The request has no To tag.</exception>
    ValueTask<bool> RelayInDialogAsync(SipContext context, bool isTrusted = false);

    /// <summary>The dialog with this id, ended ones within their delete delay included; null when there is none.</summary>
    Dialog? Find(DialogId id);

    /// <summary>The dialog with this text id ("e64.7f675e24").</summary>
    Dialog? FindByDid(ReadOnlySpan<char> did);

    /// <summary>The youngest dialog with this Call-ID that is not over; where all are, one of these, as a rule the youngest. Null: there is none.</summary>
    Dialog? FindByCallId(string callId);

    /// <summary>Defines profiles from text such as <c>"caller; gateway/s; codec/b"</c> (<c>add_profiles</c>).</summary>
    /// <exception cref="ArgumentException">A name is empty, malformed or defined otherwise already.</exception>
    void AddProfiles(string definitions, bool hasValue);

    /// <summary>The profile of this name (<c>search_profile</c>), with or without its suffix; null when there is none.</summary>
    DialogProfile? FindProfile(string name);

    /// <summary>Ends a dialog by (entry, id) (<c>terminate_dlg</c>): an early one by CANCEL, a confirmed one by BYE both ways.</summary>
    /// <param name="entry">The hash entry.</param>
    /// <param name="id">The id within it.</param>
    /// <param name="reason">Kept as <see cref="Dialog.TerminationReason"/>.</param>
    /// <param name="headerLines">For the BYEs; see <see cref="Dialog.Terminate"/>.</param>
    /// <returns>False when there is no such dialog, it is over or nothing is left to cancel.</returns>
    /// <exception cref="ArgumentException">The header lines are malformed.</exception>
    bool Terminate(uint entry, uint id, string? reason = null, string? headerLines = null);

    /// <summary>Ends the dialog with this text id; as <see cref="Terminate"/>.</summary>
    /// <returns>False when there is no such dialog, it is over or nothing is left to cancel.</returns>
    /// <exception cref="ArgumentException">The header lines are malformed.</exception>
    bool TerminateByDid(ReadOnlySpan<char> did, string? reason = null, string? headerLines = null);

    /// <summary>Ends the dialog that <see cref="FindByCallId"/> finds; as <see cref="Terminate"/>.</summary>
    /// <returns>False when there is no such dialog, it is over or nothing is left to cancel.</returns>
    /// <exception cref="ArgumentException">The header lines are malformed.</exception>
    bool TerminateByCallId(string callId, string? reason = null, string? headerLines = null);

    /// <summary>Raised when a dialog's state really changes (not at its creation): after the dialog's lock, before the callbacks of the same step. What a handler throws is logged.</summary>
    event EventHandler<DialogStateChangedEventArgs>? StateChanged;

    /// <summary>Runs when any call is answered; see <see cref="Dialog.OnAnswer"/>.</summary>
    void OnAnswer(DialogHook hook);

    /// <summary>Runs when the lifetime of any call is over, and may extend it; see <see cref="Dialog.OnTimeout"/>.</summary>
    void OnTimeout(DialogHook hook);

    /// <summary>Runs when any answered call is over; see <see cref="Dialog.OnHangup"/>.</summary>
    void OnHangup(DialogHook hook);

    /// <summary>Runs when a PRACK of the proxy's own fails in any call; see <see cref="Dialog.OnPrackFailed"/>.</summary>
    void OnPrackFailed(PrackFailedHook hook);

    /// <summary>Runs when the limit of a profile refuses any dialog; see <see cref="LimitReachedHook"/>.</summary>
    void OnLimitReached(LimitReachedHook hook);

    /// <summary>Runs when pings find a leg of any call dead; see <see cref="PingFailedHook"/>.</summary>
    void OnPingFailed(PingFailedHook hook);

    /// <summary>The dialogs that fit, in a fixed order; by Call-ID or profile without a look at the others. A snapshot as <see cref="Dialogs"/> is.</summary>
    /// <exception cref="ArgumentException">No such profile, a URI that is none, a value without a name.</exception>
    IEnumerable<Dialog> Search(DialogQuery query);

    /// <summary>A page of the dialogs that fit. Going on after <see cref="DialogPage.Next"/> shows none twice, and every one that was there all the time.</summary>
    /// <param name="query">What to look for.</param>
    /// <param name="count">The most to give, above zero.</param>
    /// <param name="after">Where the page before ended; null: from the beginning.</param>
    /// <exception cref="ArgumentException">The query cannot be, or the count is below one.</exception>
    DialogPage SearchPage(DialogQuery query, int count, DialogId? after = null);

    /// <summary>Makes a dialog the current one of this thread until the scope is disposed; without such a dialog the scope is empty and changes nothing.</summary>
    DialogScope Load(DialogId id);

    /// <summary>As <see cref="Load(DialogId)"/>, by text id ("e64.7f675e24") or else Call-ID.</summary>
    DialogScope Load(string didOrCallId);

    /// <summary>Lets the handlers of <see cref="DialogCallbackTypes.ManagementContext"/> add to what a management interface lists of a dialog
    /// (<c>dlg_list_ctx</c>). They run here, on the calling thread and under no lock, each with <paramref name="context"/> as its <c>Data</c>.</summary>
    /// <param name="dialog">The dialog that is listed.</param>
    /// <param name="context">The object they add to; of what type is agreed between the management side and the handlers. Parley.Management gives a <c>JsonObject</c>.</param>
    void AddManagementContext(Dialog dialog, object context);

    /// <summary>A snapshot of the dialogs, in no order; made entry by entry, so a call that starts or ends meanwhile may be missing or there.</summary>
    /// <param name="includeDeleted">Also those that are over and wait out their delete delay.</param>
    IEnumerable<Dialog> Dialogs(bool includeDeleted = false);

    /// <summary>All dialogs in the order of their ids, those that are over too. A snapshot as <see cref="Dialogs"/> is: made part by part, under a lock only while references are copied.</summary>
    /// <param name="skip">How many to leave out at the beginning, 0 or more; whole parts of the table are passed over by their count.</param>
    /// <exception cref="ArgumentOutOfRangeException">Below zero.</exception>
    IEnumerable<Dialog> DialogsInOrder(int skip = 0);
}
