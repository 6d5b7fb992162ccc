using Parley.Dialogs;

namespace Parley.Management;

/// <summary>What is abnormal about a call, as far as something of the application watches it. Without one in the services nothing is marked.</summary>
internal interface IDialogMarks
{
    /// <summary>The marks of a dialog, such as <c>noAck</c>; empty when it is a call like all others. Called for each dialog of a list: it takes no lock that a call waits for.</summary>
    IReadOnlyList<string> MarksOf(Dialog dialog);
}
